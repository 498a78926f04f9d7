/** A value that changes over time, watched by any number of readers. */

/** A reader that is this many changes behind loses the oldest ones. */
const MAX_UNREAD_STATES = 64;

interface Reader<T> {
  readonly unread: T[];
  wake: (() => void) | undefined;
}

export class StateStream<T> {
  readonly #readers = new Set<Reader<T>>();
  #current: T;
  #ended = false;

  constructor(initial: T) {
    this.#current = initial;
  }

  get current(): T {
    return this.#current;
  }

  set(state: T): void {
    if (this.#ended) return;
    this.#current = state;
    for (const reader of this.#readers) {
      reader.unread.push(state);
      if (reader.unread.length > MAX_UNREAD_STATES) reader.unread.shift();
      reader.wake?.();
    }
  }

  /** The last state: every reader ends after it. */
  end(state: T): void {
    this.set(state);
    this.#ended = true;
  }

  /** The current state first, then each new one; ends with the last. */
  async *watch(): AsyncGenerator<T, void, void> {
    const reader: Reader<T> = { unread: [this.#current], wake: undefined };
    this.#readers.add(reader);
    try {
      for (;;) {
        const state = reader.unread.shift();
        if (state !== undefined) yield state;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (reader.wake = resolve));
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}
