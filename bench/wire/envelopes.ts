/** gRPC's envelopes in a stream of bytes that comes in pieces. */

export const ENVELOPE_BYTES = 5;

export function envelope(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, ENVELOPE_BYTES);
  return bytes;
}

/** Counts whole messages without looking into them. */
export class EnvelopeCounter {
  /** Bytes still to come of the message under way. */
  #missing = 0;
  #headBytes = 0;
  #length = 0;

  /** How many messages these bytes complete. */
  count(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let complete = 0;
    while (at < end) {
      if (this.#missing > 0) {
        const step = Math.min(this.#missing, end - at);
        at += step;
        this.#missing -= step;
        if (this.#missing === 0) complete++;
        continue;
      }
      const byte = bytes[at++] ?? 0;
      if (this.#headBytes > 0) this.#length = this.#length * 256 + byte;
      if (++this.#headBytes < ENVELOPE_BYTES) continue;
      this.#missing = this.#length;
      this.#headBytes = 0;
      this.#length = 0;
      if (this.#missing === 0) complete++;
    }
    return complete;
  }
}

/** Hands out each whole message; its bytes are valid only during the call. */
export class EnvelopeReader {
  /** Pieces of a message that has not come whole, and how many bytes it needs as far as is known. */
  #pieces: Buffer[] = [];
  #bytes = 0;
  #needed = ENVELOPE_BYTES;

  read(bytes: Buffer, start: number, end: number, take: (message: Buffer) => void): void {
    let from = bytes.subarray(start, end);
    if (this.#pieces.length > 0) {
      this.#pieces.push(Buffer.from(from));
      this.#bytes += from.length;
      // Joined once, and not again with each piece of a large message.
      if (this.#bytes < this.#needed) return;
      from = Buffer.concat(this.#pieces);
      this.#pieces = [];
    }
    let at = 0;
    this.#needed = ENVELOPE_BYTES;
    while (from.length - at >= ENVELOPE_BYTES) {
      const size = ENVELOPE_BYTES + from.readUInt32BE(at + 1);
      this.#needed = size;
      if (from.length - at < size) break;
      take(from.subarray(at + ENVELOPE_BYTES, at + size));
      at += size;
      this.#needed = ENVELOPE_BYTES;
    }
    if (at === from.length) return;
    this.#pieces = [Buffer.from(from.subarray(at))];
    this.#bytes = from.length - at;
  }
}
