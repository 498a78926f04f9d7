/** Waits until nothing is going on, and compares what plugins sent with what a test expects. */
import { AssertionError } from "node:assert";
import type { Harness } from "./harness.ts";
import {
  describe,
  describeAll,
  type SentItem,
  type SentKind,
  type SentMessages,
  verbOf,
} from "./sent-messages.ts";
import type { TestMessage } from "./test-message.ts";

/** A text must be equal, with or without the formatting that is shown; a pattern must match. */
export type Expected = string | RegExp;

/** What a test expects of a conversation. */
export interface Wanted {
  readonly kind: SentKind;
  /** Of a deletion the reason. Default: anything. */
  readonly expected?: Expected | undefined;
  /** The message that is edited, deleted or reacted to. Default: any. */
  readonly message?: TestMessage | undefined;
}

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

  async expect(to: string, wanted: Wanted): Promise<SentItem> {
    await this.idle();
    const actual = this.#sent.take(to, wanted.kind);
    if (actual !== undefined && matches(actual, wanted)) return actual;
    this.#failed = true;
    const headline =
      actual === undefined ? `${to}: nothing was sent` : `${to}: something else was sent`;
    throw mismatch({ headline, wanted, actual, notes: this.#notes() });
  }

  async expectNothing(to: string): Promise<void> {
    await this.idle();
    const sent = this.#sent.unchecked(to);
    if (sent.length === 0) return;
    const headline = `${to}: nothing was expected, but this was sent:${describeAll(sent)}`;
    const actual = sent.map(({ shown }) => shown);
    throw this.failure(headline, { actual, expected: [], operator: "expectNothing" });
  }

  /** A failed expectation, with the warnings of the log. */
  failure(
    headline: string,
    options: ConstructorParameters<typeof AssertionError>[0],
  ): AssertionError {
    this.#failed = true;
    return new AssertionError({
      ...options,
      message: [headline, ...this.#warnings()].join("\n"),
    });
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

function matches(actual: SentItem, { kind, expected, message }: Wanted): boolean {
  const { text, shown, ids } = actual;
  if (actual.kind !== kind) return false;
  if (message !== undefined && !message.ids.every((id) => ids.includes(id))) return false;
  if (expected === undefined) return true;
  if (typeof expected === "string") return text === expected || shown === expected;
  return text.search(expected) >= 0 || shown.search(expected) >= 0;
}

interface Mismatch {
  readonly headline: string;
  readonly wanted: Wanted;
  readonly actual: SentItem | undefined;
  /** Further paragraphs. */
  readonly notes: readonly string[];
}

function mismatch({ headline, wanted, actual, notes }: Mismatch): AssertionError {
  const { kind, expected, message } = wanted;
  const text = typeof expected === "string" ? JSON.stringify(expected) : (expected ?? "anything");
  const ids = message === undefined ? "" : ` (${message.ids.join(", ")})`;
  const lines = [
    headline,
    `  expected  ${verbOf(kind)}${text}${ids}`,
    `  actual    ${actual === undefined ? "nothing" : describe(actual)}`,
    ...difference(wanted, actual),
    ...notes.filter((note) => note !== ""),
  ];
  const options = { expected, actual: actual?.shown, operator: "expect" };
  return new AssertionError({ ...options, message: lines.join("\n") });
}

/** Points at the first character that differs. */
function difference({ kind, expected }: Wanted, actual: SentItem | undefined): readonly string[] {
  if (typeof expected !== "string" || actual === undefined || actual.kind !== kind) return [];
  const [a, b] = [JSON.stringify(expected), JSON.stringify(actual.shown)];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const isShort = at < 2 || a === b;
  return isShort ? [] : [`            ${" ".repeat(verbOf(kind).length + at)}^`];
}
