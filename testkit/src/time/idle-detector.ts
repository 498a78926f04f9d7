/**
 * Knows whether anything is going on in a test, and waits until nothing is.
 *
 * A test is idle when no call is in flight, no handler runs (one that waits in `ask`, `confirm` or
 * `sleep` does not run), no timer is due, and a few turns of the event loop brought no news. Work
 * that waits for the fake clock, such as a call that a slow network has yet to answer, counts as
 * idle when the process has no files, sockets or real timers open for it either.
 */
import type { FakeClock } from "./fake-clock.ts";

/** Turns of the event loop without news after which a test without open work is idle. */
const QUIET_TURNS = 3;
/** Turns after which it polls once per millisecond, to leave the machine to real I/O. */
const SPIN_TURNS = 50;
/** Real milliseconds without news after which open work counts as waiting for the clock. */
const GRACE_MS = 50;
/** The same for work that was found to wait for the clock at an earlier timer. */
const SHORT_GRACE_MS = 4;
const POLL_MS = 1;
/** How far `drive` and `until` advance the clock at most. */
const MAX_DRIVEN_MS = 120_000;

/** Names what is busy, one line each. */
export type BusySource = () => readonly string[];

export class IdleDetector {
  readonly clock: FakeClock;
  readonly #timeoutMs: number;
  readonly #open = new Map<symbol, string>();
  readonly #sources = new Set<BusySource>();
  /** The process's resources when the test was last idle: not opened for it. */
  #idleResources = activeResources();
  /** What was busy when it was last found to wait for the clock. */
  #waitsForClock = "";
  #news = 0;
  #waiting: Promise<void> | undefined;

  constructor(clock: FakeClock, timeoutMs: number) {
    this.clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Reports news. */
  tick(): void {
    this.#news++;
  }

  /** Work begins; call what is returned at its end. */
  begin(name: string): () => void {
    const key = Symbol(name);
    this.#open.set(key, name);
    this.#news++;
    return () => {
      if (this.#open.delete(key)) this.#news++;
    };
  }

  /** Adds a source of what is busy; returns the undo. */
  watch(source: BusySource): () => void {
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  /** What is going on now, one line each. */
  busy(): readonly string[] {
    return [...this.#open.values(), ...[...this.#sources].flatMap((source) => source())];
  }

  /**
   * Resolves when nothing is going on. Rejects after `timeoutMs` of real time, naming what is
   * still running.
   */
  wait(): Promise<void> {
    this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  /**
   * Waits for a promise that may need the clock, which advances to the next timer whenever the
   * test is idle. Rejects when the promise does, or when no timer is left.
   */
  async drive<T>(what: string, promise: Promise<T>): Promise<T> {
    let settled = false;
    const end = this.begin(what);
    const done = promise.finally(() => {
      settled = true;
      end();
    });
    done.catch(() => undefined);
    try {
      await this.wait();
    } catch {
      // Busy for too long in real time; it may need the clock.
    }
    end();
    await this.until(what, () => settled);
    return done;
  }

  /** The same for a condition. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const untilMs = this.clock.now() + MAX_DRIVEN_MS;
    for (;;) {
      let busy: unknown;
      await this.wait().catch((reason) => {
        busy = reason;
      });
      if (condition()) return;
      if (this.clock.runNext(untilMs - this.clock.now())) continue;
      const ends = `${what}: did not happen, and nothing more is going on`;
      throw busy ?? new Error(ends);
    }
  }

  async #wait(): Promise<void> {
    const deadlineMs = performance.now() + this.#timeoutMs;
    let quietSinceMs = performance.now();
    let seen = this.#news;
    for (let quiet = 0, turns = 0; ; quiet++, turns++) {
      await nextTurn(turns > SPIN_TURNS && quiet > QUIET_TURNS);
      if (this.#news !== seen || this.clock.runNext(0)) {
        this.tick();
        seen = this.#news;
        quiet = 0;
        quietSinceMs = performance.now();
      }
      const nowMs = performance.now();
      if (quiet >= QUIET_TURNS && this.#isIdle(nowMs - quietSinceMs)) return;
      if (nowMs > deadlineMs) throw this.#tooLong();
    }
  }

  /** After so many real milliseconds without news. */
  #isIdle(quietMs: number): boolean {
    const busy = this.busy().join("\n");
    if (busy === "") {
      this.#idleResources = activeResources();
      this.#waitsForClock = "";
      return true;
    }
    const graceMs = busy === this.#waitsForClock ? SHORT_GRACE_MS : GRACE_MS;
    if (quietMs < graceMs || hasMore(this.#idleResources, activeResources())) return false;
    this.#waitsForClock = busy;
    return true;
  }

  #tooLong(): Error {
    const busy = this.busy().map((line) => `\n  ${line}`);
    const list = busy.length === 0 ? "\n  (it never stops: does a handler answer itself?)" : "";
    return new Error(`still busy after ${this.#timeoutMs} ms:${busy.join("")}${list}`);
  }
}

function nextTurn(slowly: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (slowly) setTimeout(resolve, POLL_MS);
    else setImmediate(resolve);
  });
}

/** Files, sockets, child processes and real timers of this process: how many of each kind. */
function activeResources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate") counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/** Whether there is more of any kind than before. */
function hasMore(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): boolean {
  return [...now].some(([kind, count]) => count > (before.get(kind) ?? 0));
}
