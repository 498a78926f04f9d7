/** Work on one key in its order, work on different keys at once. */

export class KeyTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when what was begun before on this key has ended, well or not. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
