/** A block of memory with consecutive events of the log, each in its envelope. */
import { Buffer } from "node:buffer";
import { ENVELOPE_BYTES, writeEnvelope } from "../codec/envelope.ts";

export class Slab {
  readonly bytes: Uint8Array;
  /** Bytes of the log in front of this slab. */
  readonly base: number;
  /** Where each event ends. */
  readonly ends: number[] = [];
  /** The class of each event. */
  readonly classes: number[] = [];
  next: Slab | undefined;

  constructor(size: number, base: number) {
    // A Buffer, because sockets take it as it is. Only what was written is ever handed out.
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.base = base;
  }

  get used(): number {
    return this.ends.at(-1) ?? 0;
  }

  startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  add(message: Uint8Array, eventClass: number): void {
    const start = this.used;
    writeEnvelope(this.bytes, start, message);
    this.classes.push(eventClass);
    this.ends.push(start + ENVELOPE_BYTES + message.length);
  }

  /** The last index in (from, to] whose events end within `limit`; at least from + 1. */
  lastFitting(from: number, to: number, limit: number): number {
    const { ends } = this;
    if ((ends[to - 1] ?? 0) <= limit) return to;
    let fits = from + 1;
    let tooFar = to;
    while (tooFar - fits > 1) {
      const middle = (fits + tooFar) >> 1;
      if ((ends[middle - 1] ?? 0) <= limit) fits = middle;
      else tooFar = middle;
    }
    return fits;
  }
}
