/**
 * Sends lines no faster than the network's flood limit allows: a burst at once, then one per
 * interval.
 *
 * Servers disconnect clients that flood them. A job is asked for each line at the moment when it
 * may be sent, so that it can still change or end. Jobs with different queue keys (a channel, a
 * user) are served in turn, so that a long message to one does not delay a short one to another,
 * as long as every job can still meet its deadline.
 */
import type { Clock } from "../clock.ts";
import type { LineTags } from "../message/format-line.ts";
import type { FloodOptions } from "../options.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { RoundRobin } from "./round-robin.ts";

/** Lines that wait before all jobs, such as answers to CTCP queries; further ones are dropped. */
export const MAX_PRIORITY_LINES = 16;
/** Lines that keep the connection in place and wait behind all jobs; further ones are dropped. */
const MAX_DEFERRED_LINES = 10_000;

/** Lines of questions that may stay unanswered; further ones are dropped. */
const MAX_SPARE_LINES = 1_000;

/** Milliseconds after which an idle line goes first: else it would never be sent by a busy bot. */
const MAX_IDLE_WAIT_MS = 10_000;

export interface LineOptions {
  /** With which the server is to answer the line. */
  readonly label?: string;
  readonly tags?: LineTags;
}

export interface TaggedLine extends LineOptions {
  readonly line: string;
}

export type WriteLine = (line: string, options?: LineOptions) => void;

/** Lines that belong together. */
export interface FloodJob {
  /** Lines that it still has, as far as it knows. */
  readonly linesLeft: number;
  /** Jobs with one key keep their order; keys are served in turn. Default: "". */
  readonly queueKey?: string;
  /** By the clock, when its last line has to be sent. Default: never. */
  readonly dueAtMs?: number;
  /** The next line; undefined when there is no further one. */
  nextLine(): string | TaggedLine | undefined;
}

/** A job that may be added. */
export interface FloodDemand {
  readonly lines: number;
  readonly queueKey: string;
  /** By the clock, when its last line has to be sent. */
  readonly dueAtMs: number;
}

export class FloodQueue {
  readonly #write: WriteLine;
  readonly #options: FloodOptions;
  readonly #clock: Clock;
  /** In the order of their arrival. Bounded by whoever adds them. */
  readonly #jobs: FloodJob[] = [];
  readonly #roundRobin = new RoundRobin<FloodJob>();
  /** Before all jobs. */
  readonly #priority: string[] = [];
  /** Behind all jobs. */
  readonly #deferred: string[] = [];
  /** Behind everything, for a while. */
  readonly #idle: { readonly line: string; readonly atMs: number }[] = [];
  /** Behind everything, however long. */
  readonly #spare: string[] = [];
  readonly #limiter: RateLimiter;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(write: WriteLine, options: FloodOptions, clock: Clock) {
    this.#write = write;
    this.#options = options;
    this.#clock = clock;
    this.#limiter = new RateLimiter(options.burstLines, options.lineIntervalMs, clock);
  }

  /** Whether something waits, or less than half of a burst is left. */
  get isBusy(): boolean {
    const waiting = this.#jobs.length + this.#priority.length + this.#deferred.length;
    return waiting > 0 || this.#limiter.tokens < this.#options.burstLines / 2;
  }

  /** Milliseconds until `lines` further lines would be sent, behind all that waits. */
  delayMs(lines: number): number {
    const before = this.#jobs.reduce((sum, job) => sum + job.linesLeft, this.#priority.length);
    return this.#msFor(before + lines);
  }

  /** Whether a job could meet its deadline without making another one miss its own. */
  fits({ lines, queueKey, dueAtMs }: FloodDemand): boolean {
    const own = { left: lines, due: dueAtMs };
    const others = this.#jobs.map((job) => {
      const due = job.dueAtMs ?? Number.POSITIVE_INFINITY;
      // Jobs with the same key go first, whatever their deadline.
      const isBefore = queueKeyOf(job) === queueKey;
      return { left: job.linesLeft, due: isBefore ? Math.min(due, dueAtMs) : due };
    });
    const byDeadline = [...others, own].sort((one, other) => one.due - other.due);
    let before = this.#priority.length;
    let isAffected = false;
    for (const each of byDeadline) {
      before += each.left;
      isAffected ||= each === own;
      if (isAffected && this.#clock.now() + this.#msFor(before) > each.due) return false;
    }
    return true;
  }

  add(job: FloodJob): void {
    if (this.#closed) return;
    // Jobs that were cancelled may be many: they come and go without sending a line.
    for (const done of this.#jobs.filter(({ linesLeft }) => linesLeft === 0)) this.#remove(done);
    this.#jobs.push(job);
    this.#roundRobin.add(queueKeyOf(job), job);
    this.#pump();
  }

  /** Sends a short line before all jobs, when one may be sent. False: too many wait; it is dropped. */
  addPriority(line: string): boolean {
    if (this.#closed || this.#priority.length >= MAX_PRIORITY_LINES) return false;
    this.#priority.push(line);
    this.#pump();
    return true;
  }

  /**
   * Sends at once and delays all that waits: for what keeps the connection in place. When a whole
   * burst is owed, such as after PARTs of very many channels, the line waits behind all jobs.
   */
  sendNow(line: string): void {
    if (this.#closed) return;
    if (this.#deferred.length > 0 || !this.#limiter.overdraw()) this.#defer(line);
    else this.#write(line);
  }

  /** Sends when nothing else waits, or after 10 s: for what may come late. */
  sendIdle(line: string): void {
    if (this.#closed || this.#idle.length >= MAX_DEFERRED_LINES) return;
    this.#idle.push({ line, atMs: this.#clock.now() });
    this.#pump();
  }

  /** Sends when nothing else waits, and half of a burst is left for what comes next. */
  sendSpare(line: string): void {
    if (this.#closed || this.#spare.length >= MAX_SPARE_LINES) return;
    this.#spare.push(line);
    this.#pump();
  }

  /** Drops all that waits. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#jobs.length = 0;
    this.#roundRobin.clear();
    this.#priority.length = 0;
    this.#deferred.length = 0;
    this.#idle.length = 0;
    this.#spare.length = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #defer(line: string): void {
    if (this.#deferred.length >= MAX_DEFERRED_LINES) return;
    this.#deferred.push(line);
    this.#pump();
  }

  #msFor(lines: number): number {
    return Math.max(0, lines - this.#limiter.tokens) * this.#options.lineIntervalMs;
  }

  #pump(): void {
    while (!this.#closed && this.#limiter.tokens >= 1) {
      const next = this.#nextLine();
      if (next === undefined) break;
      this.#limiter.take();
      if (typeof next === "string") this.#write(next);
      else this.#write(next.line, next);
    }
    this.#pumpLater();
  }

  #pumpLater(): void {
    const lines = this.#priority.length + this.#deferred.length + this.#idle.length;
    const hasOthers = this.#jobs.length + lines > 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#closed || (!hasOthers && this.#spare.length === 0)) return;
    const tokens = hasOthers ? 1 : this.#spareTokens;
    const waitMs = Math.ceil((tokens - this.#limiter.tokens) * this.#options.lineIntervalMs);
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#cancelTimer = undefined;
      this.#pump();
    });
  }

  /** With which a spare line may be sent. */
  get #spareTokens(): number {
    const { burstLines } = this.#options;
    return Math.min(burstLines, burstLines / 2 + 1);
  }

  #nextLine(): string | TaggedLine | undefined {
    const first = this.#priority.shift();
    if (first !== undefined) return first;
    const [idle] = this.#idle;
    if (idle !== undefined && this.#clock.now() - idle.atMs >= MAX_IDLE_WAIT_MS) {
      return this.#idle.shift()?.line;
    }
    for (let job = this.#nextJob(); job !== undefined; job = this.#nextJob()) {
      const line = job.nextLine();
      if (line !== undefined) {
        this.#roundRobin.served(job);
        return line;
      }
      this.#remove(job);
    }
    const later = this.#deferred.shift() ?? this.#idle.shift()?.line;
    if (later !== undefined || this.#limiter.tokens < this.#spareTokens) return later;
    return this.#spare.shift();
  }

  /** The job whose turn it is, unless an earlier one would then miss its deadline. */
  #nextJob(): FloodJob | undefined {
    const next = this.#roundRobin.next;
    let before = 1;
    for (const job of this.#jobs) {
      if (job === next) return next;
      before += job.linesLeft;
      const due = job.dueAtMs ?? Number.POSITIVE_INFINITY;
      if (this.#clock.now() + this.#msFor(before) > due) return this.#jobs[0];
    }
    return next;
  }

  #remove(job: FloodJob): void {
    const index = this.#jobs.indexOf(job);
    if (index !== -1) this.#jobs.splice(index, 1);
    this.#roundRobin.remove(queueKeyOf(job), job);
  }
}

function queueKeyOf({ queueKey = "" }: FloodJob): string {
  return queueKey;
}
