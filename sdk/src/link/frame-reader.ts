/** Finds gRPC's messages in a stream of bytes: a byte of flags, the length in four bytes, the message. */
import { Buffer } from "node:buffer";
import { SeabirdError } from "./errors.ts";

/** Flags and length in front of each message. */
export const PREFIX_BYTES = 5;
const COMPRESSED = 1;

export class FrameReader {
  readonly #maxMessageBytes: number;
  /** What has arrived of a message that is not whole; then the rest of the chunk. */
  #bytes: Buffer = EMPTY;
  #at = 0;
  /** A message across chunks: joined once, when all of it is there. */
  #parts: Buffer[] = [];
  #partBytes = 0;
  /** Bytes that the first message in `#parts` needs, prefix included. */
  #neededBytes = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Whether the stream may end here: no message has begun. Everything before was read. */
  get isAtBoundary(): boolean {
    return this.#at === this.#bytes.length && this.#partBytes === 0;
  }

  /** Only when `next` has returned undefined. */
  push(chunk: Buffer): void {
    if (this.#partBytes === 0) {
      this.#bytes = chunk;
      this.#at = 0;
      return;
    }
    this.#parts.push(chunk);
    this.#partBytes += chunk.length;
    if (this.#partBytes >= this.#neededBytes) this.#join();
  }

  /**
   * The next whole message, in the memory of its chunk. Throws `resource_exhausted` for one beyond the
   * limit as soon as its length is known, `internal` for one that is compressed.
   */
  next(): Buffer | undefined {
    const start = this.#at + PREFIX_BYTES;
    if (start > this.#bytes.length) return this.#wait(PREFIX_BYTES);
    const length = this.#bytes.readUInt32BE(this.#at + 1);
    this.#check(this.#bytes[this.#at] ?? 0, length);
    const end = start + length;
    if (end > this.#bytes.length) return this.#wait(PREFIX_BYTES + length);
    this.#at = end;
    return this.#bytes.subarray(start, end);
  }

  #check(flags: number, length: number): void {
    if (length > this.#maxMessageBytes) {
      const what = `a message of ${length} bytes, more than the ${this.#maxMessageBytes} allowed`;
      throw new SeabirdError("resource_exhausted", what);
    }
    if ((flags & COMPRESSED) !== 0) {
      throw new SeabirdError("internal", "a compressed message, which was not asked for");
    }
  }

  #wait(neededBytes: number): undefined {
    if (this.#at < this.#bytes.length) {
      const rest = this.#bytes.subarray(this.#at);
      this.#parts = [rest];
      this.#partBytes = rest.length;
      this.#neededBytes = neededBytes;
    }
    this.#bytes = EMPTY;
    this.#at = 0;
    return undefined;
  }

  #join(): void {
    this.#bytes = Buffer.concat(this.#parts, this.#partBytes);
    this.#at = 0;
    this.#parts = [];
    this.#partBytes = 0;
  }
}

const EMPTY = Buffer.alloc(0);
