/** Formatted text of IRC as blocks. Pure. */
import {
  type Block,
  bold,
  type Content,
  contentBlock,
  inlineCode,
  italics,
  strikethrough,
  underline,
} from "@seabird-chat/protocol";
import type { Toggle } from "./formatting/codes.ts";
import type { Run } from "./formatting/runs.ts";

interface Wrapper {
  readonly toggle: Toggle;
  wrap(inner: Content): Block;
}

/** From the outside to the inside; monospace is the innermost, since code holds only text. */
const WRAPPERS: readonly Wrapper[] = [
  { toggle: "bold", wrap: bold },
  { toggle: "italics", wrap: italics },
  { toggle: "underline", wrap: underline },
  { toggle: "strikethrough", wrap: strikethrough },
];

/**
 * One block for the runs of a line, or undefined if nothing in them is formatted.
 *
 * The same formatting always becomes the same tree: bold around italics around underline around
 * strikethrough around code, as few blocks as there can be, no container within a container.
 */
export function runsToBlock(runs: readonly Run[]): Block | undefined {
  if (runs.every(({ style }) => style.size === 0)) return undefined;
  return contentBlock(nest(runs, 0));
}

function nest(runs: readonly Run[], depth: number): Content {
  const wrapper = WRAPPERS[depth];
  if (wrapper === undefined) {
    return runs.map(({ text, style }) => (style.has("monospace") ? inlineCode(text) : text));
  }
  const { toggle, wrap } = wrapper;
  return groups(runs, toggle).map(({ isOn, members }) => {
    const inner = nest(members, depth + 1);
    return isOn ? wrap(inner) : inner;
  });
}

interface Group {
  readonly isOn: boolean;
  readonly members: Run[];
}

/** Neighbours that agree in one toggle. */
function groups(runs: readonly Run[], toggle: Toggle): Group[] {
  const found: Group[] = [];
  for (const run of runs) {
    const isOn = run.style.has(toggle);
    const last = found.at(-1);
    if (last?.isOn === isOn) last.members.push(run);
    else found.push({ isOn, members: [run] });
  }
  return found;
}
