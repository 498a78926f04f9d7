/** Splits incoming bytes into lines, and buffers at most one line. Pure. */
import { MAX_LINE_BYTES } from "./line.ts";

/** Bytes of `@tags ` before an incoming line, the space included (IRCv3 message-tags). */
export const MAX_SERVER_TAG_BYTES = 8_191;

const LF = 0x0a;
const CR = 0x0d;

/** The server sent a line beyond the limit; the reader cannot continue. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

export class LineReader {
  #buffer = Buffer.alloc(0);
  #used = 0;
  #maxBytes = MAX_SERVER_TAG_BYTES + MAX_LINE_BYTES + 2;

  /** Accepts lines of more than 510 bytes, without the line end, as some servers announce (LINELEN). */
  allow(maxLineBytes: number): void {
    this.#maxBytes = MAX_SERVER_TAG_BYTES + Math.max(maxLineBytes, MAX_LINE_BYTES) + 2;
  }

  /**
   * The lines that are complete with this data, without their ends. A lone LF ends a line too;
   * empty lines are left out. Throws LineTooLong, after which the reader cannot be used.
   */
  *push(data: Buffer): Generator<Buffer> {
    let rest = data;
    for (let end = rest.indexOf(LF); end !== -1; end = rest.indexOf(LF)) {
      const line = withoutCr(this.#take(rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
      if (line.length > 0) yield line;
    }
    this.#keep(rest);
  }

  /** The line that ends with this piece. */
  #take(piece: Buffer): Buffer {
    if (this.#used + piece.length > this.#maxBytes) throw this.#tooLong();
    if (this.#used === 0) return piece;
    this.#keep(piece);
    const line = Buffer.from(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
    return line;
  }

  #keep(piece: Buffer): void {
    if (piece.length === 0) return;
    if (this.#used + piece.length > this.#maxBytes) throw this.#tooLong();
    // One buffer for all pieces, so that a line that comes byte by byte is not copied for each.
    if (this.#buffer.length < this.#maxBytes) {
      const larger = Buffer.alloc(this.#maxBytes);
      this.#buffer.copy(larger, 0, 0, this.#used);
      this.#buffer = larger;
    }
    piece.copy(this.#buffer, this.#used);
    this.#used += piece.length;
  }

  #tooLong(): LineTooLong {
    return new LineTooLong(`the server sent a line of more than ${this.#maxBytes} bytes`);
  }
}

function withoutCr(line: Buffer): Buffer {
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}
