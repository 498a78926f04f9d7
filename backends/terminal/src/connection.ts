/** The network of this backend: a terminal, or a script on standard input. Knows no Seabird. */
import { createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";

export interface ConnectionOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Reads lines and shows lines; what comes in never disturbs what is being typed. */
export class Connection {
  /** A person, not a script. */
  readonly isInteractive: boolean;
  /** Aborted when nobody reads what is shown any more, or a person pressed Ctrl-C. */
  readonly gone: AbortSignal;
  readonly #output: NodeJS.WritableStream;
  readonly #readline: Interface;
  #closed = false;

  constructor({ input, output }: ConnectionOptions) {
    const isTty = (stream: object) => (stream as Partial<ReadStream | WriteStream>).isTTY === true;
    this.isInteractive = isTty(input) && isTty(output);
    this.#output = output;
    this.#readline = createInterface({ input, output, terminal: this.isInteractive, prompt: "" });
    const gone = new AbortController();
    this.gone = gone.signal;
    this.#readline.on("SIGINT", () => gone.abort());
    output.on("error", () => gone.abort());
    // A line that comes before somebody iterates would be lost.
    if (!this.isInteractive) this.#readline.pause();
  }

  /** Until the input ends or `signal` is aborted. To be called once. */
  async *lines(signal: AbortSignal): AsyncGenerator<string, void, void> {
    const stop = () => this.close();
    signal.addEventListener("abort", stop, { once: true });
    try {
      if (signal.aborted) return;
      const lines = this.#readline[Symbol.asyncIterator]();
      this.#readline.resume();
      yield* lines;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** The text has to be clean. */
  show(lines: readonly string[]): void {
    if (this.isInteractive && !this.#closed) this.#clearPrompt();
    this.#output.write(`${lines.join("\n")}\n`);
    if (this.isInteractive && !this.#closed) this.#readline.prompt(true);
  }

  prompt(text: string): void {
    if (!this.isInteractive || this.#closed) return;
    this.#readline.setPrompt(text);
    this.#readline.prompt(true);
  }

  /** Gives the terminal back. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.isInteractive) this.#clearPrompt();
    this.#readline.close();
  }

  #clearPrompt(): void {
    const { rows } = this.#readline.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    this.#output.write("\x1b[J");
    // Else the next redraw would go up again, over the line that is shown now.
    Reflect.set(this.#readline, "prevRows", 0);
  }
}
