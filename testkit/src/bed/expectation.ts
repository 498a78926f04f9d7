/** Whether something said is what a test expected, and words for when it is not. Pure. */
import { AssertionError } from "node:assert";
import { describe, type Said } from "./sends.ts";

/** A text has to be the same; either with or without the formatting that is shown. */
export type Expected = string | RegExp;

export function fits({ text, shown }: Said, expected: Expected): boolean {
  if (typeof expected === "string") return text === expected || shown === expected;
  return text.search(expected) >= 0 || shown.search(expected) >= 0;
}

export interface Failure {
  readonly headline: string;
  readonly kind: Said["kind"];
  readonly expected: Expected;
  readonly actual: Said | undefined;
  /** Further paragraphs. */
  readonly notes: readonly string[];
}

export function failure({ headline, kind, expected, actual, notes }: Failure): AssertionError {
  const wanted = typeof expected === "string" ? JSON.stringify(expected) : String(expected);
  const verb = kind === "action" ? "does " : "";
  const lines = [
    headline,
    `  expected  ${verb}${wanted}`,
    `  actual    ${actual === undefined ? "nothing" : describe(actual)}`,
    ...difference(kind, expected, actual),
    ...notes.filter((note) => note !== ""),
  ];
  const message = lines.join("\n");
  return new AssertionError({ message, expected, actual: actual?.shown, operator: "expect" });
}

/** Points at the first character that differs. */
function difference(
  kind: Said["kind"],
  expected: Expected,
  actual: Said | undefined,
): readonly string[] {
  if (typeof expected !== "string" || actual === undefined || actual.kind !== kind) return [];
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual.shown)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const verb = kind === "action" ? "does " : "";
  return at < 2 ? [] : [`            ${" ".repeat(verb.length + at)}^`];
}
