/**
 * Everything that has to end at a certain time, with one timer for all: a binary heap by time,
 * each entry knowing its place, so that what is called off is gone at once.
 */
import type { Clock } from "../clock.ts";

interface Deadline {
  readonly atMs: number;
  readonly expire: () => void;
  /** The place in the heap; -1: no longer in it. */
  place: number;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #heap: Deadline[] = [];
  #disarm: (() => void) | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many deadlines lie ahead. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Calls `expire` once when the clock says `atMs` or later; returns the undo, which may be
   * called twice. `expire` must not throw.
   */
  add(atMs: number, expire: () => void): () => void {
    const deadline: Deadline = { atMs, expire, place: this.#heap.length };
    this.#heap.push(deadline);
    this.#rise(deadline);
    this.#arm();
    return () => this.#remove(deadline);
  }

  #remove(deadline: Deadline): void {
    const place = deadline.place;
    if (place < 0) return;
    deadline.place = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== deadline) {
      this.#put(last, place);
      this.#rise(last);
      this.#sink(last);
    }
    if (this.#heap.length === 0) this.#stop();
  }

  /** One timer, for the first deadline or an earlier time: it is not moved back. */
  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.atMs >= this.#armedForMs) return;
    this.#stop();
    this.#armedForMs = first.atMs;
    const delayMs = Math.max(0, first.atMs - this.#clock.now());
    this.#disarm = this.#clock.after(delayMs, () => this.#expireDue());
  }

  #stop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedForMs = Number.POSITIVE_INFINITY;
  }

  #expireDue(): void {
    this.#stop();
    const nowMs = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.atMs > nowMs) break;
      this.#remove(first);
      first.expire();
    }
    this.#arm();
  }

  #rise(deadline: Deadline): void {
    for (let place = deadline.place; place > 0; ) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.atMs <= deadline.atMs) return;
      this.#put(parent, place);
      this.#put(deadline, above);
      place = above;
    }
  }

  #sink(deadline: Deadline): void {
    for (;;) {
      const place = deadline.place;
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const child =
        right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (child === undefined || child.atMs >= deadline.atMs) return;
      const below = child.place;
      this.#put(child, place);
      this.#put(deadline, below);
    }
  }

  #put(deadline: Deadline, place: number): void {
    this.#heap[place] = deadline;
    deadline.place = place;
  }
}
