/** Waits until nothing is going on, and compares what plugins sent with what a test expects. */
import { AssertionError } from "node:assert";
import type { Harness } from "./harness.ts";
import { describe, describeAll, type SentMessage, type SentMessages } from "./sent-messages.ts";

/** A text must be equal, with or without the formatting that is shown; a pattern must match. */
export type Expected = string | RegExp;

export class Expectations {
  readonly #sent: SentMessages;
  readonly #harness: Pick<Harness, "log" | "idle">;
  #failed = false;

  constructor(sent: SentMessages, harness: Pick<Harness, "log" | "idle">) {
    this.#sent = sent;
    this.#harness = harness;
  }

  /** Whether one of them was not met: then the end of the test reports nothing more. */
  get failed(): boolean {
    return this.#failed;
  }

  async idle(): Promise<void> {
    try {
      await this.#harness.idle.wait();
    } catch (reason) {
      this.#failed = true;
      throw reason;
    }
  }

  async expect(to: string, kind: SentMessage["kind"], expected: Expected): Promise<SentMessage> {
    await this.idle();
    const actual = this.#sent.take(to);
    if (actual !== undefined && actual.kind === kind && matches(actual, expected)) return actual;
    this.#failed = true;
    const headline =
      actual === undefined ? `${to}: nothing was sent` : `${to}: something else was sent`;
    throw mismatch({ headline, kind, expected, actual, notes: this.#notes() });
  }

  async expectNothing(to: string): Promise<void> {
    await this.idle();
    const sent = this.#sent.unchecked(to);
    if (sent.length === 0) return;
    this.#failed = true;
    const headline = `${to}: nothing was expected, but this was sent:${describeAll(sent)}`;
    const message = [headline, ...this.#warnings()].join("\n");
    const actual = sent.map(({ shown }) => shown);
    throw new AssertionError({ message, actual, expected: [], operator: "expectNothing" });
  }

  /** At the end of the test: work that never ends, and messages that were not expected. */
  async leftovers(): Promise<string[]> {
    const problems: string[] = [];
    await this.#harness.idle.wait().catch((reason: Error) => problems.push(reason.message));
    const sent = this.#sent.unchecked();
    if (sent.length === 0) return problems;
    return [...problems, `sent, but not expected:${describeAll(sent)}`, ...this.#warnings()];
  }

  #notes(): readonly string[] {
    const others = this.#sent.unchecked();
    const list = others.length === 0 ? "" : `also sent:${describeAll(others)}`;
    return [list, ...this.#warnings()];
  }

  #warnings(): readonly string[] {
    const warnings = this.#harness.log.warnings();
    return warnings === "" ? [] : [`in the log:${warnings}`];
  }
}

function matches({ text, shown }: SentMessage, expected: Expected): boolean {
  if (typeof expected === "string") return text === expected || shown === expected;
  return text.search(expected) >= 0 || shown.search(expected) >= 0;
}

interface Mismatch {
  readonly headline: string;
  readonly kind: SentMessage["kind"];
  readonly expected: Expected;
  readonly actual: SentMessage | undefined;
  /** Further paragraphs. */
  readonly notes: readonly string[];
}

function mismatch({ headline, kind, expected, actual, notes }: Mismatch): AssertionError {
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
  kind: SentMessage["kind"],
  expected: Expected,
  actual: SentMessage | undefined,
): readonly string[] {
  if (typeof expected !== "string" || actual === undefined || actual.kind !== kind) return [];
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual.shown)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const verb = kind === "action" ? "does " : "";
  return at < 2 ? [] : [`            ${" ".repeat(verb.length + at)}^`];
}
