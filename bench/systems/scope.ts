/** What the fixtures of tests need of a test: a place for what is to be undone at the end. */
import type { TestContext } from "node:test";

export class Scope implements Pick<TestContext, "after"> {
  readonly #undo: (() => unknown)[] = [];

  after(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** Undoes the newest first. */
  async close(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo();
  }
}
