/** The match of a pattern in a text. Pure. */
import { normalise } from "../command/normalise.ts";

/** Groups that always exist in the type. */
const GROUPS = 10;

type Ten = readonly [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

/**
 * `[0]` is the whole match, `[1]` the first group. A group that did not match, or is not in the
 * pattern, is empty (up to `[9]`).
 */
export type Match = readonly [...Ten, ...(readonly string[])] & {
  /** The named groups; those that did not match are empty. */
  readonly groups: Readonly<Record<string, string>>;
  /** The match's offset in the text that it was found in, in UTF-16 units. */
  readonly index: number;
};

/** Without the flags `g` and `y`, which would make the match depend on earlier ones. */
export function stateless(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
}

/**
 * In the text as typed; else without the blanks around it; else in what `normalise` makes of that,
 * which then is what the groups hold.
 */
export function findMatch(pattern: RegExp, text: string): Match | undefined {
  return matchIn(pattern, spellingsOf(text));
}

/** The forms of a text in which a pattern is looked for, for several patterns. */
export function spellingsOf(text: string): readonly string[] {
  const trimmed = text.trim();
  const plain = normalise(trimmed).trim();
  if (plain === text) return [text];
  return [...new Set([text, trimmed, plain])];
}

export function matchIn(pattern: RegExp, spellings: readonly string[]): Match | undefined {
  for (const spelling of spellings) {
    const found = pattern.exec(spelling);
    if (found !== null) return matchOf(found);
  }
  return undefined;
}

function matchOf(found: RegExpExecArray): Match {
  const parts = [...found].map((part) => part ?? "");
  while (parts.length < GROUPS) parts.push("");
  const groups = Object.entries(found.groups ?? {}).map(([name, part]) => [name, part ?? ""]);
  const more = { groups: Object.fromEntries(groups), index: found.index };
  return Object.assign(parts, more) as unknown as Match;
}
