/**
 * Lets the unary calls of one connection through in the order in which they arrived, although
 * some need a moment more (a compressed message).
 */
export class CallOrder {
  #last: Promise<void> | undefined;

  /** Whether nobody waits. */
  get isFree(): boolean {
    return this.#last === undefined;
  }

  /** Runs `go` with the value at once if it is there and nobody waits, else in its turn. */
  pass<T>(value: T | Promise<T>, go: (value: T) => void, fail: (reason: unknown) => void): void {
    if (this.#last === undefined && !(value instanceof Promise)) {
      go(value);
      return;
    }
    const before = this.#last;
    const mine = this.#inTurn(before, value, go, fail);
    this.#last = mine;
    void mine.then(() => {
      if (this.#last === mine) this.#last = undefined;
    });
  }

  async #inTurn<T>(
    before: Promise<void> | undefined,
    value: T | Promise<T>,
    go: (value: T) => void,
    fail: (reason: unknown) => void,
  ): Promise<void> {
    const opened = Promise.resolve(value);
    opened.catch(() => {});
    try {
      await before;
      go(await opened);
    } catch (reason) {
      fail(reason);
    }
  }
}
