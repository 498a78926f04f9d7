/** Runs: pieces of a line with one style each. Pure. */
import type { SpanKind } from "./spans.ts";

export type Style = ReadonlySet<SpanKind>;

export const PLAIN: Style = new Set();

export interface Run {
  readonly text: string;
  readonly style: Style;
  /** The id of the user whom it mentions. Such a run is never merged with another. */
  readonly mention?: string | undefined;
}

/** Appends a run; it is merged with a last run of the same style, and dropped if it is empty. */
export function addRun(runs: Run[], run: Run): void {
  if (run.text === "") return;
  const last = runs.at(-1);
  if (last === undefined || !mayMerge(last, run)) runs.push(run);
  else runs[runs.length - 1] = { text: last.text + run.text, style: last.style };
}

function mayMerge(last: Run, run: Run): boolean {
  if (last.mention !== undefined || run.mention !== undefined) return false;
  return last.style.symmetricDifference(run.style).size === 0;
}

export function plainRuns(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join("");
}

/** The runs without the blanks in front and behind, and these. */
export function trimRuns(runs: readonly Run[]): { before: string; runs: Run[]; after: string } {
  const first = runs.findIndex(({ text }) => text.trimStart() !== "");
  const kept = first < 0 ? [] : runs.slice(first);
  let before = plainRuns(first < 0 ? runs : runs.slice(0, first));
  let after = "";
  const [run] = kept;
  if (run !== undefined) {
    const text = run.text.trimStart();
    before += run.text.slice(0, run.text.length - text.length);
    kept[0] = { ...run, text };
  }
  for (let run = kept.at(-1); run !== undefined; run = kept.at(-1)) {
    const text = run.text.trimEnd();
    after = run.text.slice(text.length) + after;
    if (text !== "") {
      kept[kept.length - 1] = { ...run, text };
      break;
    }
    kept.pop();
  }
  return { before, runs: kept, after };
}
