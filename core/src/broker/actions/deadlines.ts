/**
 * Runs all deadlines with one timer: a binary heap by time, in which each entry knows its position,
 * so that a deadline that is called off is removed at once.
 */
import type { Clock } from "../clock.ts";

interface Deadline {
  readonly atMs: number;
  readonly expire: () => void;
  /** The index in the heap; -1: no longer in it. */
  position: number;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #heap: Deadline[] = [];
  #disarm: (() => void) | undefined;
  #armedForMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Deadlines that are set. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Calls `expire` once at `atMs` by the clock, or later; returns the undo, which is idempotent.
   * `expire` must not throw.
   */
  add(atMs: number, expire: () => void): () => void {
    const deadline: Deadline = { atMs, expire, position: this.#heap.length };
    this.#heap.push(deadline);
    this.#rise(deadline);
    this.#arm();
    return () => this.#remove(deadline);
  }

  #remove(deadline: Deadline): void {
    const position = deadline.position;
    if (position < 0) return;
    deadline.position = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== deadline) {
      this.#put(last, position);
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
    for (let position = deadline.position; position > 0; ) {
      const above = (position - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || parent.atMs <= deadline.atMs) return;
      this.#put(parent, position);
      this.#put(deadline, above);
      position = above;
    }
  }

  #sink(deadline: Deadline): void {
    for (;;) {
      const position = deadline.position;
      const left = this.#heap[2 * position + 1];
      const right = this.#heap[2 * position + 2];
      const child =
        right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (child === undefined || child.atMs >= deadline.atMs) return;
      const below = child.position;
      this.#put(child, position);
      this.#put(deadline, below);
    }
  }

  #put(deadline: Deadline, position: number): void {
    this.#heap[position] = deadline;
    deadline.position = position;
  }
}
