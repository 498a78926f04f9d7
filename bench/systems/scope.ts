/** What the fixtures of tests need of a test: a place for what is to be undone at the end. */
import type { TestScope } from "../../test/support/servers.ts";

export class Scope implements TestScope {
  readonly name: string;
  readonly #undo: (() => unknown)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  after(undo: () => unknown): void {
    this.#undo.push(undo);
  }

  /** A measurement without its servers would measure nothing. */
  skip(reason?: string): never {
    throw new Error(`${this.name}: ${reason}`);
  }

  /** Undoes the newest first. */
  async close(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) await undo();
  }
}
