/** The network of this backend: a terminal, or a script on standard input. Knows no Seabird. */
import { createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { ReadStream, WriteStream } from "node:tty";
import { type Entry, rowsOf, Scrollback, type Size } from "./scrollback.ts";

export interface ConnectionOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /**
   * The terminal knows no control sequences (`TERM=dumb`): what comes in breaks the line that is
   * being typed, which is then shown again. Default: false.
   */
  readonly isDumb?: boolean;
}

/** Reads lines and shows lines; what comes in never disturbs what is being typed. */
export class Connection {
  /** A person, not a script. */
  readonly isInteractive: boolean;
  /** Aborted when nobody reads what is shown any more, or a person pressed Ctrl-C. */
  readonly gone: AbortSignal;
  readonly #input: Partial<ReadStream>;
  readonly #output: NodeJS.WritableStream;
  readonly #isDumb: boolean;
  readonly #readline: Interface;
  readonly #scrollback = new Scrollback();
  /** What was typed and has not been read yet, as it stands on the screen; the oldest first. */
  readonly #typed: (Entry | undefined)[] = [];
  /** The line that was read last. */
  #read: Entry | undefined;
  /** The last line on the screen is the prompt's. */
  #hasPrompt = false;
  #closed = false;

  constructor({ input, output, isDumb = false }: ConnectionOptions) {
    const isTty = (stream: object) => (stream as Partial<ReadStream | WriteStream>).isTTY === true;
    this.isInteractive = isTty(input) && isTty(output);
    this.#input = input as Partial<ReadStream>;
    this.#output = output;
    this.#isDumb = isDumb;
    this.#readline = createInterface({ input, output, terminal: this.isInteractive, prompt: "" });
    const gone = new AbortController();
    this.gone = gone.signal;
    this.#readline.on("line", (line) => {
      // Several lines at once have no prompt but the first one.
      const prompt = this.#hasPrompt ? this.#readline.getPrompt() : "";
      this.#hasPrompt = false;
      if (this.#isRedrawn) this.#typed.push(this.#remember([prompt + line]));
    });
    this.#readline.on("SIGINT", () => gone.abort());
    this.#readline.on("SIGTSTP", () => this.#suspend());
    if (this.isInteractive) process.on("SIGCONT", this.#wake);
    output.on("resize", this.#forget);
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
      // Editors put a byte order mark before the first line of a script.
      let isFirst = true;
      for await (const line of lines) {
        this.#read = this.#typed.shift();
        yield isFirst ? line.replace(/^\uFEFF/, "") : line;
        isFirst = false;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** The text has to be clean. With a key it can be replaced. */
  show(lines: readonly string[], key?: number): void {
    if (this.isInteractive && !this.#closed) this.#clearPrompt();
    this.#output.write(`${lines.join("\n")}\n`);
    if (this.#isRedrawn) this.#remember(lines, key);
    if (this.isInteractive && !this.#closed) this.#showPrompt();
  }

  /** The line that was read last has this key from now on. */
  keyOfRead(key: number): void {
    if (this.#read !== undefined) this.#read.key = key;
  }

  /** False if it does not stand on the screen any more, or it is not certain where. */
  replace(key: number, lines: readonly string[]): boolean {
    if (!this.#isRedrawn) return false;
    const { getPrompt, line } = this.#readline;
    const promptRows = rowsOf([getPrompt.call(this.#readline) + line], this.#size.columns);
    if (promptRows === undefined) return false;
    const redrawn = this.#scrollback.replace(key, lines, this.#size, promptRows);
    if (redrawn === undefined) return false;
    this.#clearPrompt();
    moveCursor(this.#output, 0, -redrawn.up);
    this.#output.write(`\x1b[J${redrawn.lines.join("\n")}\n`);
    this.#showPrompt();
    return true;
  }

  prompt(text: string): void {
    if (!this.isInteractive || this.#closed) return;
    if (this.#isDumb) this.#clearPrompt();
    this.#readline.setPrompt(text);
    this.#showPrompt();
  }

  /** Gives the terminal back. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    process.off("SIGCONT", this.#wake);
    this.#output.off("resize", this.#forget);
    if (this.isInteractive) this.#clearPrompt();
    this.#readline.close();
  }

  /**
   * Ctrl-Z stops the whole job: as long as npm or the supervisor runs on, the shell has no turn.
   * A job that no shell watches is not stopped by it, and goes on at once.
   */
  #suspend(): void {
    this.#clearPrompt();
    this.#setRaw(false);
    process.kill(0, "SIGTSTP");
    setImmediate(this.#wake);
  }

  /** The shell has set the terminal its own way; asked for the same as before, nothing is set. */
  #wake = () => {
    if (this.#closed) return;
    this.#forget();
    this.#setRaw(false);
    this.#setRaw(true);
    this.#showPrompt();
  };

  #forget = () => this.#scrollback.clear();

  get #isRedrawn(): boolean {
    return this.isInteractive && !this.#isDumb && !this.#closed;
  }

  get #size(): Size {
    const { columns = 80, rows = 24 } = this.#output as Partial<WriteStream>;
    return { columns, rows };
  }

  #remember(lines: readonly string[], key?: number): Entry | undefined {
    return this.#scrollback.add(lines, this.#size, key);
  }

  #setRaw(raw: boolean): void {
    this.#input.setRawMode?.(raw);
  }

  #showPrompt(): void {
    this.#readline.prompt(true);
    this.#hasPrompt = this.#readline.getPrompt() !== "";
    // readline shows the prompt alone there.
    if (this.#isDumb) this.#output.write(this.#readline.line);
  }

  #clearPrompt(): void {
    if (this.#isDumb) {
      if (this.#hasPrompt) this.#output.write("\n");
      this.#hasPrompt = false;
      return;
    }
    const { rows } = this.#readline.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    this.#output.write("\x1b[J");
    // Else the next redraw would go up again, over the line that is shown now.
    Reflect.set(this.#readline, "prevRows", 0);
  }
}
