/** A block of memory with consecutive events of the log, each in its envelope. */
import { Buffer } from "node:buffer";
import { ENVELOPE_BYTES, writeEnvelope } from "../codec/envelope.ts";

/** Slabs of smaller events keep their classes in an array that grows. */
const USUAL_EVENT_BYTES = 64;

export class Slab {
  readonly bytes: Uint8Array;
  /** Bytes of the log in front of this slab. */
  readonly base: number;
  /** Where each event ends. */
  readonly ends: number[] = [];
  /** The class of each event, and space for more. */
  classes: Uint8Array;
  next: Slab | undefined;
  /** Bytes that hold events. */
  used = 0;

  constructor(size: number, base: number) {
    // A Buffer, because sockets take it as it is. Only what was written is ever handed out.
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.base = base;
    this.classes = new Uint8Array(Math.ceil(size / USUAL_EVENT_BYTES));
  }

  startOf(index: number): number {
    return index === 0 ? 0 : (this.ends[index - 1] ?? 0);
  }

  add(message: Uint8Array, eventClass: number): void {
    writeEnvelope(this.bytes, this.used, message);
    this.used += ENVELOPE_BYTES + message.length;
    const index = this.ends.push(this.used) - 1;
    if (index === this.classes.length) this.#growClasses();
    this.classes[index] = eventClass;
  }

  #growClasses(): void {
    const { classes } = this;
    this.classes = new Uint8Array(2 * classes.length);
    this.classes.set(classes);
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
