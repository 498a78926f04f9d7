/** What a pattern found in a text. Pure. */

/** How many groups can be read without a question whether they exist. */
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
 * `[0]` is all that was found, `[1]` the first group. A group that took no part, or is not in
 * the pattern, is empty (up to `[9]`).
 */
export type Match = readonly [...Ten, ...(readonly string[])] & {
  /** The named groups; those that took no part are empty. */
  readonly groups: Readonly<Record<string, string>>;
  /** Where in the text it begins, in UTF-16 units. */
  readonly index: number;
};

/** Always from the text's beginning: a pattern's `g` and `y` mean nothing here. */
export function stateless(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
}

export function findMatch(pattern: RegExp, text: string): Match | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const parts = [...found].map((part) => part ?? "");
  while (parts.length < GROUPS) parts.push("");
  const groups = Object.entries(found.groups ?? {}).map(([name, part]) => [name, part ?? ""]);
  const more = { groups: Object.fromEntries(groups), index: found.index };
  return Object.assign(parts, more) as unknown as Match;
}
