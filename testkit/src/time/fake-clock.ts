/** A clock that stands still until a test advances it. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Clock, duration } from "@seabird-chat/sdk";

export interface FakeClockOptions {
  /** What the clock shows at first. Default: 2026-01-05, noon in UTC, a Monday. */
  readonly startAt?: Date | string | undefined;
  /** Waits until everything that a timer set off has settled. Default: a few turns of the event loop. */
  readonly settle?: (() => Promise<void>) | undefined;
}

/** A timer that has not run yet. */
export interface PendingTimer {
  /** Milliseconds from now. */
  readonly inMs: number;
  /** Where it was set. */
  readonly setAt: string;
}

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
  readonly origin: Error;
}

const DEFAULT_START = "2026-01-05T12:00:00Z";
/** Not 0, so that code which takes 0 for "never" fails in tests too. */
const FIRST_NOW_MS = 1_000_000;
const SETTLE_TURNS = 5;
const ORIGIN_FRAMES = 24;

/** A clock for the SDK, core's broker or a backend. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  readonly #settle: () => Promise<void>;
  readonly #wallOffsetMs: number;
  #nowMs = FIRST_NOW_MS;

  constructor({ startAt = DEFAULT_START, settle = someTurns }: FakeClockOptions = {}) {
    const startMs = new Date(startAt).getTime();
    if (Number.isNaN(startMs)) throw new TypeError(`startAt is no date: ${String(startAt)}`);
    this.#wallOffsetMs = startMs - FIRST_NOW_MS;
    this.#settle = settle;
  }

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Math.floor(this.#nowMs + this.#wallOffsetMs);
  }

  after(delayMs: number, then: () => void): () => void {
    const dueMs = this.#nowMs + Math.max(0, delayMs || 0);
    // As Node's timers do, it keeps the asynchronous context.
    const timer = { dueMs, run: AsyncLocalStorage.bind(then), origin: originOfTimer() };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /**
   * Advances the time, by `"5s"` or milliseconds: runs every timer that falls due, in order, each
   * at its own time, and waits after each until everything has settled.
   */
  async advance(by: string | number): Promise<void> {
    const ms = typeof by === "number" ? by : duration(by);
    if (!(ms >= 0 && Number.isFinite(ms))) throw new RangeError(`cannot advance by ${by}`);
    const untilMs = this.#nowMs + ms;
    await this.#settle();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (next.dueMs > untilMs) break;
      this.#run(next);
      await this.#settle();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /**
   * Moves the time on and runs every timer that falls due, without waiting in between: for a
   * network that goes on by itself, where nothing comes to rest.
   */
  pass(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (next.dueMs > untilMs) break;
      this.#run(next);
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  /** Timers that have not run yet, the next one first. */
  get pending(): readonly PendingTimer[] {
    return [...this.#timers]
      .sort((a, b) => a.dueMs - b.dueMs)
      .map(({ dueMs, origin }) => ({ inMs: dueMs - this.#nowMs, setAt: framesOf(origin) }));
  }

  /** Advances to the next timer and runs it, if it is due within so many milliseconds. */
  runNext(withinMs: number): boolean {
    const next = this.#next();
    if (next === undefined || next.dueMs > this.#nowMs + withinMs) return false;
    this.#run(next);
    return true;
  }

  #run(timer: Timer): void {
    this.#timers.delete(timer);
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.run();
  }

  /** Of those that are due together, the one that was set first. */
  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    }
    return next;
  }
}

async function someTurns(): Promise<void> {
  for (let i = 0; i < SETTLE_TURNS; i++) await new Promise((resolve) => setImmediate(resolve));
}

function originOfTimer(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = ORIGIN_FRAMES;
  const origin = new Error("timer");
  Error.stackTraceLimit = stackTraceLimit;
  return origin;
}

/** Where a timer was set, without the clock's own frames. */
function framesOf({ stack = "" }: Error): string {
  const frames = stack.split("\n").slice(1);
  return frames
    .filter((frame) => !frame.includes(import.meta.url))
    .slice(0, 6)
    .join("\n");
}
