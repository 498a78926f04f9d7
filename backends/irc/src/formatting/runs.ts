/** A line of IRC as runs: pieces of text with one style each. Pure. */
import { applyCode, changeCodes, PLAIN, type Style, scan, stripControls } from "./codes.ts";

/** A piece of text with one style. */
export interface Run {
  readonly text: string;
  readonly style: Style;
}

/** The runs of an incoming line; colours and other control codes are dropped. */
export function parseRuns(line: string): Run[] {
  const runs: Run[] = [];
  let style = PLAIN;
  for (const { text, code } of scan(line)) {
    if (code === "") addRun(runs, { text: stripControls(text), style });
    else style = applyCode(style, code);
  }
  return runs;
}

/** Appends a run; it is merged with a last run of the same style, and dropped if it is empty. */
export function addRun(runs: Run[], run: Run): void {
  if (run.text === "") return;
  const last = runs.at(-1);
  if (last === undefined || !isSameStyle(last.style, run.style)) runs.push(run);
  else runs[runs.length - 1] = { text: last.text + run.text, style: last.style };
}

/** The line with the codes of its runs. Styles that are on at its end are not closed. */
export function writeRuns(runs: readonly Run[]): string {
  let written = "";
  let open = PLAIN;
  for (const { text, style } of runs) {
    if (text === "") continue;
    written += changeCodes(open, style) + text;
    open = style;
  }
  return written;
}

function isSameStyle(one: Style, other: Style): boolean {
  return one.size === other.size && [...one].every((toggle) => other.has(toggle));
}

/** The text of the runs, without formatting. */
export function plainRuns(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join("");
}

/** A part of the plain text of some runs. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The runs of each span; the spans are in ascending order and do not overlap. One pass over all. */
export function sliceRuns(runs: readonly Run[], spans: readonly Span[]): Run[][] {
  let index = 0;
  let at = 0;
  return spans.map(({ start, end }) => {
    const parts: Run[] = [];
    for (let run = runs[index]; run !== undefined; run = runs[index]) {
      const part = run.text.slice(Math.max(0, start - at), Math.max(0, end - at));
      if (part !== "") parts.push({ text: part, style: run.style });
      // It goes on in the next span.
      if (at + run.text.length > end) break;
      at += run.text.length;
      index += 1;
    }
    return parts;
  });
}
