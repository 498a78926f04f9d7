/** Cuts a stream of bytes into lines, holding no more than one unfinished line of bounded size. */

const NEWLINE = 10;

export class LineSplitter {
  readonly #maxLineBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  /** A longer line becomes two. */
  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that are whole now, each with its end; empty if there are none. */
  push(chunk: Buffer): Buffer {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const whole = end === 0 ? [] : [this.#rest, chunk.subarray(0, end)];
    const rest = end === 0 ? [this.#rest, chunk] : [chunk.subarray(end)];
    this.#rest = Buffer.concat(rest);
    if (this.#rest.length > this.#maxLineBytes) whole.push(this.end());
    return Buffer.concat(whole);
  }

  /** What is left, as a line; empty if nothing is. */
  end(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length === 0 ? rest : Buffer.concat([rest, Buffer.from([NEWLINE])]);
  }
}
