/** A terminal of a test's own: keys go in, and what a person would see can be read. */
import { PassThrough, Writable } from "node:stream";

export interface FakeTerminalOptions {
  readonly columns?: number;
  /** What is above is kept, but the program is not to go there. */
  readonly rows?: number;
}

/** Knows the few control sequences that readline and the room write; any other one throws. */
export class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  readonly output: Writable & { isTTY: true; columns: number; rows: number };
  readonly #columns: number;
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  #pending = "";

  constructor({ columns = 80, rows = 24 }: FakeTerminalOptions = {}) {
    this.#columns = columns;
    const write = (chunk: Buffer, _encoding: string, done: () => void) => {
      this.#receive(chunk.toString());
      done();
    };
    this.output = Object.assign(new Writable({ write }), {
      isTTY: true as const,
      columns,
      rows,
    });
  }

  /** What is on the screen, styles and trailing spaces left out. */
  get screen(): readonly string[] {
    return this.#rows.map((row) =>
      Array.from(row, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
  }

  type(keys: string): void {
    this.input.write(keys);
  }

  #receive(text: string): void {
    this.#pending += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's language.
    const piece = /^(?:\x1b\[([0-9;?]*)([A-Za-z])|\x1b$|\x1b\[[0-9;?]*$|([\s\S]))/u;
    for (;;) {
      const match = piece.exec(this.#pending);
      if (match === null || (match[2] === undefined && match[3] === undefined)) return;
      this.#pending = this.#pending.slice(match[0].length);
      if (match[3] !== undefined) this.#put(match[3]);
      else this.#control(match[2] ?? "", match[1] ?? "");
    }
  }

  #put(character: string): void {
    if (character === "\n") this.#moveTo(this.#row + 1, 0);
    else if (character === "\r") this.#column = 0;
    else if (character < " ") throw new Error(`unknown control ${JSON.stringify(character)}`);
    else {
      if (this.#column >= this.#columns) this.#moveTo(this.#row + 1, 0);
      (this.#rows[this.#row] ?? [])[this.#column] = character;
      this.#column++;
    }
  }

  #control(name: string, parameters: string): void {
    const count = Number(parameters || "1");
    if (name === "m") return;
    if (name === "A") this.#moveTo(Math.max(0, this.#row - count), this.#column);
    else if (name === "B") this.#moveTo(this.#row + count, this.#column);
    else if (name === "C") this.#column += count;
    else if (name === "D") this.#column = Math.max(0, this.#column - count);
    else if (name === "G") this.#column = count - 1;
    else if (name === "J" && (parameters === "" || parameters === "0")) this.#eraseBelow();
    else throw new Error(`unknown control sequence ${parameters}${name}`);
  }

  #eraseBelow(): void {
    this.#rows.length = this.#row + 1;
    this.#rows[this.#row] = (this.#rows[this.#row] ?? []).slice(0, this.#column);
  }

  #moveTo(row: number, column: number): void {
    while (this.#rows.length <= row) this.#rows.push([]);
    this.#row = row;
    this.#column = column;
  }
}
