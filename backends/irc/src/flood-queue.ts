/**
 * Writes lines no faster than a network bears: a burst at once, then one per interval.
 *
 * Servers end connections that flood them. What waits here is asked for each line at the moment
 * it may go, so that a job can still change its mind.
 */
import { Allowance } from "./allowance.ts";

/** Time, given from outside so that tests can own it. */
export interface FloodClock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back after `ms`; returns its undo. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: FloodClock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export interface FloodOptions {
  /** Lines that may go at once after a pause. */
  readonly burstLines: number;
  /** Milliseconds after which one more line may go. */
  readonly lineIntervalMs: number;
}

/** Lines that belong together. */
export interface FloodJob {
  /** How many lines it still has, as far as it knows. */
  readonly linesLeft: number;
  /** The next line, or undefined when there is none any more. */
  nextLine(): string | undefined;
}

export class FloodQueue {
  readonly #write: (line: string) => void;
  readonly #options: FloodOptions;
  readonly #clock: FloodClock;
  readonly #jobs: FloodJob[] = [];
  readonly #allowance: Allowance;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(write: (line: string) => void, options: FloodOptions, clock: FloodClock) {
    this.#write = write;
    this.#options = options;
    this.#clock = clock;
    this.#allowance = new Allowance(options.burstLines, options.lineIntervalMs, clock);
  }

  /** Milliseconds until `lines` more lines would be written. */
  delayMs(lines: number): number {
    const before = this.#jobs.reduce((sum, job) => sum + job.linesLeft, 0);
    return Math.max(0, before + lines - this.#allowance.left) * this.#options.lineIntervalMs;
  }

  add(job: FloodJob): void {
    if (this.#closed) return;
    this.#jobs.push(job);
    this.#pump();
  }

  /** Writes at once, before all that waits, which pays for it. For what keeps us on the network. */
  urgent(line: string): void {
    if (this.#closed) return;
    this.#allowance.overdraw();
    this.#write(line);
  }

  /** Forgets all that waits. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#jobs.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #pump(): void {
    while (this.#allowance.left >= 1) {
      const line = this.#nextLine();
      if (line === undefined) return;
      this.#allowance.take();
      this.#write(line);
    }
    if (this.#jobs.length === 0 || this.#cancelTimer !== undefined || this.#closed) return;
    const waitMs = Math.ceil((1 - this.#allowance.left) * this.#options.lineIntervalMs);
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }

  #nextLine(): string | undefined {
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      const line = job.nextLine();
      if (line !== undefined) return line;
      this.#jobs.shift();
    }
    return undefined;
  }
}
