/**
 * Messages on a stream: a byte of flags, the length in four bytes (big endian), the message.
 */
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ChunkList } from "../calls/chunk-list.ts";

const EMPTY = new Uint8Array(0);

export interface Envelope {
  readonly flags: number;
  /** Shares memory with the input: valid until the next read, unless copied. */
  readonly message: Uint8Array;
}

/** The error of a message that is too large. */
export function tooLarge(bytes: number, maxBytes: number): BrokerError {
  return new BrokerError(
    "message_too_large",
    `message too large: ${bytes} bytes, limit ${maxBytes}`,
  );
}

/** The length of the message whose envelope begins at `at`; bytes that are not there count as 0. */
export function lengthInHeader(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at + 1] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16);
  return (high | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)) >>> 0;
}

/**
 * Finds the envelopes in a stream of chunks. A message across chunks is concatenated once, when its
 * last byte has arrived.
 */
export class EnvelopeReader {
  readonly #maxMessageBytes: number;
  readonly #list = new ChunkList();
  readonly #chunks = this.#list.chunks;
  /** How many of the last chunks are as they came. */
  #raw = 0;
  /** Read position in the first chunk. */
  #offset = 0;
  #bytes = 0;
  /** Header of the envelope that is being waited for; -1: not known yet. */
  #flags = -1;
  #length = 0;

  constructor(maxMessageBytes: number) {
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** Bytes that wait for the rest of their message. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** Whether the stream may end here: no message has begun. */
  get atBoundary(): boolean {
    return this.#bytes === 0 && this.#flags < 0;
  }

  /** What the header of the next message announces; 0 while it has not arrived. */
  get announcedBytes(): number {
    if (this.#flags < 0 && this.#bytes >= ENVELOPE_BYTES) this.#readHeader();
    return this.#flags < 0 ? 0 : this.#length;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#raw += 1;
    this.#bytes += chunk.length;
  }

  /** What is left has to wait for more: it is kept in little more memory than it has bytes. */
  settle(): void {
    const rawCount = Math.min(this.#raw, this.#chunks.length);
    this.#raw = 0;
    if (rawCount === 0) return;
    const raw = this.#chunks.splice(-rawCount);
    for (const chunk of raw) {
      // Of the first chunk of all, a part may have been read.
      const offset = this.#chunks.length === 0 ? this.#offset : 0;
      if (offset > 0) this.#offset = 0;
      this.#list.add(offset === 0 ? chunk : chunk.subarray(offset));
    }
  }

  /** The next whole envelope. Throws `message_too_large` as soon as a header announces it. */
  next(): Envelope | undefined {
    const bytes = this.announcedBytes;
    if (bytes > this.#maxMessageBytes) throw tooLarge(bytes, this.#maxMessageBytes);
    if (this.#flags < 0) return undefined;
    if (this.#bytes < this.#length) return undefined;
    const envelope = { flags: this.#flags, message: this.#consume(this.#length) };
    this.#flags = -1;
    return envelope;
  }

  /** Drops what waits. */
  clear(): void {
    this.#list.clear();
    this.#raw = 0;
    this.#offset = 0;
    this.#bytes = 0;
    this.#flags = -1;
  }

  /** Most headers lie whole within a chunk, and are read there. */
  #readHeader(): void {
    const first = this.#chunks[0] ?? EMPTY;
    const within = this.#offset + ENVELOPE_BYTES < first.length;
    const header = within ? first : this.#consume(ENVELOPE_BYTES);
    const at = within ? this.#offset : 0;
    if (within) {
      this.#offset += ENVELOPE_BYTES;
      this.#bytes -= ENVELOPE_BYTES;
    }
    this.#flags = header[at] ?? 0;
    this.#length = lengthInHeader(header, at);
  }

  /** The next `length` bytes, which are there. */
  #consume(length: number): Uint8Array {
    if (length === 0) return EMPTY;
    this.#bytes -= length;
    const first = this.#chunks[0] ?? EMPTY;
    const end = this.#offset + length;
    if (end < first.length) {
      const part = first.subarray(this.#offset, end);
      this.#offset = end;
      return part;
    }
    if (end === first.length) {
      this.#chunks.shift();
      const part = this.#offset === 0 ? first : first.subarray(this.#offset);
      this.#offset = 0;
      return part;
    }
    return this.#join(length);
  }

  #join(length: number): Uint8Array {
    const out = new Uint8Array(length);
    let filled = 0;
    let used = 0;
    while (filled < length) {
      const chunk = this.#chunks[used] ?? EMPTY;
      const part = chunk.subarray(this.#offset, this.#offset + length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === chunk.length) {
        used += 1;
        this.#offset = 0;
      }
    }
    this.#chunks.splice(0, used);
    return out;
  }
}
