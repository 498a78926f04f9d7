/** Cuts a long text into messages that a network takes. Pure. */
import { SeabirdError } from "../link/errors.ts";

/** The longest code point in UTF-8. */
const MIN_BYTES = 4;

/**
 * Pieces of at most `maxBytes` bytes in UTF-8 that are the text again when they are put together;
 * none for an empty text. A cut is made behind the last blank that fits, else between characters
 * as people see them (graphemes), and inside one only if it alone is longer than `maxBytes`; never
 * inside a code point. Halves of one become U+FFFD.
 *
 * Throws a SeabirdError `bad_option` if `maxBytes` is not a whole number from 4.
 */
export function splitBytes(text: string, maxBytes: number): readonly string[] {
  if (!Number.isInteger(maxBytes) || maxBytes < MIN_BYTES) {
    const what = `splitBytes: maxBytes is ${maxBytes}; allowed: whole numbers from ${MIN_BYTES}`;
    throw new SeabirdError("bad_option", what);
  }
  const pieces = new Pieces(maxBytes);
  for (const { segment } of GRAPHEMES.segment(text.toWellFormed())) {
    if (Buffer.byteLength(segment) <= maxBytes) pieces.add(segment);
    else for (const codePoint of segment) pieces.add(codePoint);
  }
  return pieces.end();
}

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

class Pieces {
  readonly #maxBytes: number;
  readonly #done: string[] = [];
  #piece = "";
  #bytes = 0;
  /** The length of the piece up to its last blank, and that in bytes. */
  #breakAt = 0;
  #breakBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: string): void {
    const bytes = Buffer.byteLength(part);
    while (this.#bytes + bytes > this.#maxBytes) this.#cut();
    this.#piece += part;
    this.#bytes += bytes;
    if (/\s$/u.test(part)) {
      this.#breakAt = this.#piece.length;
      this.#breakBytes = this.#bytes;
    }
  }

  end(): readonly string[] {
    if (this.#piece !== "") this.#done.push(this.#piece);
    return this.#done;
  }

  #cut(): void {
    const at = this.#breakAt === 0 ? this.#piece.length : this.#breakAt;
    const bytes = this.#breakAt === 0 ? this.#bytes : this.#breakBytes;
    this.#done.push(this.#piece.slice(0, at));
    this.#piece = this.#piece.slice(at);
    this.#bytes -= bytes;
    this.#breakAt = 0;
    this.#breakBytes = 0;
  }
}
