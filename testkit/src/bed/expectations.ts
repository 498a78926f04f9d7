/** Waits until nothing is going on, and compares what was said with what a test expects. */
import { AssertionError } from "node:assert";
import { type Expected, failure, fits } from "./expectation.ts";
import { describeAll, type Said, type SaidInRoom, type Sends } from "./sends.ts";
import type { Stage } from "./stage.ts";

export class Expectations {
  readonly #sends: Sends;
  readonly #stage: Pick<Stage, "log" | "stillness">;
  #failed = false;

  constructor(sends: Sends, stage: Pick<Stage, "log" | "stillness">) {
    this.#sends = sends;
    this.#stage = stage;
  }

  /** Whether one of them was not met: then the rest of the test says nothing more. */
  get failed(): boolean {
    return this.#failed;
  }

  async still(): Promise<void> {
    try {
      await this.#stage.stillness.wait();
    } catch (reason) {
      this.#failed = true;
      throw reason;
    }
  }

  async expect(room: string, kind: Said["kind"], expected: Expected): Promise<Said> {
    await this.still();
    const actual = this.#sends.take(room);
    if (actual !== undefined && actual.kind === kind && fits(actual, expected)) return actual;
    this.#failed = true;
    const headline =
      actual === undefined
        ? `${room}: nothing was said that a test had not looked at yet`
        : `${room}: something else was said`;
    throw failure({ headline, kind, expected, actual, notes: this.#notes() });
  }

  async expectNothing(room: string): Promise<void> {
    await this.still();
    const said = this.#sends.untaken(room);
    if (said.length === 0) return;
    this.#failed = true;
    const headline = `${room}: nothing was expected, but there was${describeAll(said)}`;
    const message = [headline, ...this.#complaints()].join("\n");
    const actual = said.map((send) => send.said.shown);
    throw new AssertionError({ message, actual, expected: [], operator: "expectNothing" });
  }

  /** At the end: what goes on for ever, and what nobody expected. */
  async leftovers(): Promise<string[]> {
    const problems: string[] = [];
    await this.#stage.stillness.wait().catch((reason: Error) => problems.push(reason.message));
    const said = this.#sends.untaken();
    if (said.length === 0) return problems;
    return [...problems, `nobody expected this:${describeAll(said)}`, ...this.#complaints()];
  }

  #notes(): readonly string[] {
    const others: readonly SaidInRoom[] = this.#sends.untaken();
    const list = others.length === 0 ? "" : `also said:${describeAll(others)}`;
    return [list, ...this.#complaints()];
  }

  #complaints(): readonly string[] {
    const complaints = this.#stage.log.complaints();
    return complaints === "" ? [] : [`in the log:${complaints}`];
  }
}
