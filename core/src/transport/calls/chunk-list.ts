/**
 * Keeps the small chunks that a peer sends in memory of their own, one behind the other. A chunk as
 * Node hands it out is a view into all that was read at once, and an object; a peer that sends a
 * message byte by byte could make core hold a hundred times of what it sent.
 */

/** Larger chunks are kept as they are. As many bytes are in a whole frame of HTTP/2. */
const SMALL_BYTES = 16_384;
/** Memory for small chunks begins with so much, and doubles up to the most. */
const LEAST_BYTES = 256;
const MOST_BYTES = 65_536;

const NONE = new Uint8Array(0);

export class ChunkList {
  readonly chunks: Uint8Array[] = [];
  /** The memory of the last chunk, which others can still be appended to. */
  #tail: Uint8Array = NONE;

  /** Appends a chunk, which is copied if it is small. */
  add(chunk: Uint8Array): void {
    if (chunk.length >= SMALL_BYTES) this.chunks.push(chunk);
    else if (chunk.length > 0) this.#append(chunk);
  }

  clear(): void {
    this.chunks.length = 0;
    this.#tail = NONE;
  }

  #append(chunk: Uint8Array): void {
    const last = this.#lastInTail();
    const length = (last?.length ?? 0) + chunk.length;
    if (last === undefined || length > MOST_BYTES) this.chunks.push(this.#begin(chunk));
    else this.chunks[this.chunks.length - 1] = this.#extend(last, chunk, length);
  }

  /** Whatever was read of the list since, its last chunk still ends where the memory is free. */
  #lastInTail(): Uint8Array | undefined {
    const last = this.chunks.at(-1);
    return last?.buffer === this.#tail.buffer ? last : undefined;
  }

  #begin(chunk: Uint8Array): Uint8Array {
    this.#tail = new Uint8Array(Math.max(LEAST_BYTES, chunk.length));
    this.#tail.set(chunk);
    return this.#tail.subarray(0, chunk.length);
  }

  #extend(last: Uint8Array, chunk: Uint8Array, length: number): Uint8Array {
    if (length > this.#tail.length) {
      const grown = new Uint8Array(Math.min(MOST_BYTES, Math.max(2 * this.#tail.length, length)));
      grown.set(last);
      this.#tail = grown;
    }
    this.#tail.set(chunk, last.length);
    return this.#tail.subarray(0, length);
  }
}
