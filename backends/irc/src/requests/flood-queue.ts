/**
 * Writes lines no faster than a network bears: a burst at once, then one per interval.
 *
 * Servers end connections that flood them. What waits here is asked for each line at the moment
 * it may go, so that a job can still change its mind. Flows (a channel, a person) take turns, so
 * that a long message to one does not hold up a short one to another, as long as every job can
 * still be done by its time.
 */

import type { Clock } from "../clock.ts";
import { MAX_LATE_LINES, MAX_SOON_LINES } from "../limits.ts";
import type { FloodOptions } from "../options.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { RoundRobin } from "./round-robin.ts";

/** A line, and the label by which the server is to answer it. */
export interface LabelledLine {
  readonly line: string;
  readonly label?: string;
}

export type WriteLine = (line: string, options?: { readonly label?: string }) => void;

/** Lines that belong together. */
export interface FloodJob {
  /** How many lines it still has, as far as it knows. */
  readonly linesLeft: number;
  /** Whom they go to: jobs of one flow keep their order, flows take turns. Default: "". */
  readonly flow?: string;
  /** By the clock, when its last line has to be written. Default: never. */
  readonly dueAtMs?: number;
  /** The next line, or undefined when there is none any more. */
  nextLine(): string | LabelledLine | undefined;
}

/** A job that may be added. */
export interface FloodNeed {
  readonly lines: number;
  readonly flow: string;
  /** By the clock, when its last line has to be written. */
  readonly dueAtMs: number;
}

export class FloodQueue {
  readonly #write: WriteLine;
  readonly #options: FloodOptions;
  readonly #clock: Clock;
  /** In the order of their arrival. Who adds them bounds them. */
  readonly #jobs: FloodJob[] = [];
  readonly #turns = new RoundRobin<FloodJob>();
  readonly #soon: string[] = [];
  /** Behind all jobs. */
  readonly #late: string[] = [];
  readonly #limiter: RateLimiter;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(write: WriteLine, options: FloodOptions, clock: Clock) {
    this.#write = write;
    this.#options = options;
    this.#clock = clock;
    this.#limiter = new RateLimiter(options.burstLines, options.lineIntervalMs, clock);
  }

  /** Milliseconds until `lines` more lines would be written, after all that waits. */
  delayMs(lines: number): number {
    const before = this.#jobs.reduce((sum, job) => sum + job.linesLeft, this.#soon.length);
    return this.#msFor(before + lines);
  }

  /** Whether a job could be done by its time, and all that wait still by theirs. */
  fits({ lines, flow, dueAtMs }: FloodNeed): boolean {
    const own = { left: lines, due: dueAtMs };
    const others = this.#jobs.map((job) => {
      const due = job.dueAtMs ?? Number.POSITIVE_INFINITY;
      // Those of its own flow go first, whatever their time.
      return { left: job.linesLeft, due: flowOf(job) === flow ? Math.min(due, dueAtMs) : due };
    });
    const inTurn = [...others, own].sort((one, other) => one.due - other.due);
    let before = this.#soon.length;
    let isAffected = false;
    for (const each of inTurn) {
      before += each.left;
      isAffected ||= each === own;
      if (isAffected && this.#clock.now() + this.#msFor(before) > each.due) return false;
    }
    return true;
  }

  add(job: FloodJob): void {
    if (this.#closed) return;
    // Those that nobody waits for any more may be many: they come and go without a line.
    for (const done of this.#jobs.filter(({ linesLeft }) => linesLeft === 0)) this.#remove(done);
    this.#jobs.push(job);
    this.#turns.add(flowOf(job), job);
    this.#pump();
  }

  /** A short line that goes before all jobs when one may. False: too many wait already, it is dropped. */
  soon(line: string): boolean {
    if (this.#closed || this.#soon.length >= MAX_SOON_LINES) return false;
    this.#soon.push(line);
    this.#pump();
    return true;
  }

  /**
   * Writes at once, before all that waits, which pays for it. For what keeps us on the network.
   * Once a whole burst is owed, such as after JOINs of very many channels, it waits behind all.
   */
  urgent(line: string): void {
    if (this.#closed) return;
    if (this.#late.length > 0 || !this.#limiter.overdraw()) this.#later(line);
    else this.#write(line);
  }

  /** Forgets all that waits. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#jobs.length = 0;
    this.#turns.clear();
    this.#soon.length = 0;
    this.#late.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #later(line: string): void {
    if (this.#late.length >= MAX_LATE_LINES) return;
    this.#late.push(line);
    this.#pump();
  }

  #msFor(lines: number): number {
    return Math.max(0, lines - this.#limiter.left) * this.#options.lineIntervalMs;
  }

  #pump(): void {
    while (!this.#closed && this.#limiter.left >= 1) {
      const next = this.#nextLine();
      if (next === undefined) return;
      this.#limiter.take();
      if (typeof next === "string") this.#write(next);
      else this.#write(next.line, next.label === undefined ? {} : { label: next.label });
    }
    const waiting = this.#jobs.length + this.#soon.length + this.#late.length;
    if (waiting === 0 || this.#cancelTimer !== undefined || this.#closed) return;
    const waitMs = Math.ceil((1 - this.#limiter.left) * this.#options.lineIntervalMs);
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }

  #nextLine(): string | LabelledLine | undefined {
    const soon = this.#soon.shift();
    if (soon !== undefined) return soon;
    for (let job = this.#nextJob(); job !== undefined; job = this.#nextJob()) {
      const line = job.nextLine();
      if (line !== undefined) {
        this.#turns.took(job);
        return line;
      }
      this.#remove(job);
    }
    return this.#late.shift();
  }

  /** The one whose turn it is, unless an earlier one would then come too late. */
  #nextJob(): FloodJob | undefined {
    const inTurn = this.#turns.next;
    let before = 1;
    for (const job of this.#jobs) {
      if (job === inTurn) return inTurn;
      before += job.linesLeft;
      const due = job.dueAtMs ?? Number.POSITIVE_INFINITY;
      if (this.#clock.now() + this.#msFor(before) > due) return this.#jobs[0];
    }
    return inTurn;
  }

  #remove(job: FloodJob): void {
    const at = this.#jobs.indexOf(job);
    if (at !== -1) this.#jobs.splice(at, 1);
    this.#turns.remove(flowOf(job), job);
  }
}

function flowOf({ flow = "" }: FloodJob): string {
  return flow;
}
