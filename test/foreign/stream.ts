/** One stream that a client has open: what came on it, in order, and how it ended. */
import { deadline } from "./deadline.ts";

export interface Status {
  readonly code: number;
  readonly message: string;
}

export class ForeignStream<M> {
  readonly #name: string;
  readonly #cancel: () => void;
  readonly #waiting: M[] = [];
  readonly #seen: M[] = [];
  readonly #headers = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<Status>();
  #ended: Status | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(name: string, cancel: () => void) {
    this.#name = name;
    this.#cancel = cancel;
  }

  /** Resolves when the response's headers are there, which needs no message. */
  headers(): Promise<void> {
    return deadline(this.#headers.promise, () => `no headers of ${this.#name}`);
  }

  /** The next message that nobody has taken. */
  async next(): Promise<M> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message !== undefined) return message;
      await deadline(this.#wake.promise, () => `no message on ${this.#name}; ${this.#story()}`);
      if (this.#ended !== undefined && this.#waiting.length === 0) {
        throw new Error(`no message on ${this.#name}; ${this.#story()}`);
      }
    }
  }

  /** The next message that fits; those before it are passed over. */
  async find(fits: (message: M) => boolean): Promise<M> {
    for (;;) {
      const message = await this.next();
      if (fits(message)) return message;
    }
  }

  /** How the stream ended, when it has. */
  end(): Promise<Status> {
    return deadline(this.#end.promise, () => `${this.#name} does not end; ${this.#story()}`);
  }

  cancel(): void {
    this.#cancel();
  }

  /** For the client alone. */
  gotHeaders(): void {
    this.#headers.resolve();
  }

  /** For the client alone. */
  got(message: M): void {
    this.#headers.resolve();
    this.#waiting.push(message);
    this.#seen.push(message);
    this.#stir();
  }

  /** For the client alone. */
  gotEnd(status: Status): void {
    this.#ended ??= status;
    this.#end.resolve(this.#ended);
    this.#stir();
  }

  #stir(): void {
    this.#wake.resolve();
    if (this.#ended === undefined) this.#wake = Promise.withResolvers<void>();
  }

  #story(): string {
    const end = this.#ended === undefined ? "open" : `ended ${JSON.stringify(this.#ended)}`;
    return `${this.#seen.length} messages so far, ${end}`;
  }
}
