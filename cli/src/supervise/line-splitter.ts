/** Cuts a stream of bytes into lines, holding no more than one unfinished line of bounded size. */

const NEWLINE = 10;
const EMPTY = Buffer.alloc(0);

export class LineSplitter {
  readonly #maxLineBytes: number;
  /** Of the unfinished line; joined only when it ends, since it may come byte by byte. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** A longer line becomes two. */
  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** The lines that are whole now, each with its end; empty if there are none. */
  push(chunk: Buffer): Buffer {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    const whole = end === 0 ? [] : [...this.#take(), chunk.subarray(0, end)];
    if (end < chunk.length) this.#rest.push(chunk.subarray(end));
    this.#restBytes += chunk.length - end;
    if (this.#restBytes > this.#maxLineBytes) whole.push(this.end());
    return Buffer.concat(whole);
  }

  /** What is left, as a line; empty if nothing is. */
  end(): Buffer {
    const rest = this.#take();
    return rest.length === 0 ? EMPTY : Buffer.concat([...rest, Buffer.from([NEWLINE])]);
  }

  #take(): Buffer[] {
    const rest = this.#rest;
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }
}
