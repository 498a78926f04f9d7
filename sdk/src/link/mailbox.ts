/** A bounded queue between one writer, who waits when it is full, and one reader at a time. */

export class Mailbox<T> {
  readonly #limit: number;
  readonly #items: T[] = [];
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #end: { readonly error: Error | undefined } | undefined;

  /** `limit`: how many items wait before `put` does. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Undefined, or a promise that resolves when there is space again. Dropped after the end. */
  put(item: T): Promise<void> | undefined {
    if (this.#end !== undefined) return undefined;
    this.#items.push(item);
    this.#wakeReader?.();
    return this.#items.length < this.#limit ? undefined : this.#space();
  }

  /** What waits is still read; then readers end, or throw `error`. Idempotent. */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** The next item; undefined if none waits. */
  takeNow(): T | undefined {
    const item = this.#items.shift();
    if (item !== undefined) this.#wakeWriter?.();
    return item;
  }

  /** The next item, or undefined at the end. Throws the error given to `end`. */
  async take(): Promise<T | undefined> {
    for (;;) {
      const item = this.takeNow();
      if (item !== undefined) return item;
      if (this.#end?.error !== undefined) throw this.#end.error;
      if (this.#end !== undefined) return undefined;
      await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }

  async #space(): Promise<void> {
    while (this.#items.length >= this.#limit && this.#end === undefined) {
      await new Promise<void>((resolve) => (this.#wakeWriter = resolve));
    }
  }
}
