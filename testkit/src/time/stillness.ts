/**
 * Knows whether anything is going on in a bed, and waits until nothing is.
 *
 * Nothing is going on when no call is under way, no handler runs (one that waits in `ask`,
 * `confirm` or `sleep` does not run), no timer is due, and a few turns of the event loop have
 * brought nothing new. What is under way and waits for the clock, such as a call that a slow
 * network has yet to answer, counts as still when the machine is doing nothing for it either.
 */
import type { FakeClock } from "./fake-clock.ts";
import { realWork } from "./real-work.ts";

/** Turns of the event loop without news after which a bed without open work is still. */
const QUIET_TURNS = 3;
/** Turns after which somebody is looked for who waits for the machine, not for us. */
const SPIN_TURNS = 50;
/** Real milliseconds without news after which open work counts as waiting for the clock. */
const GRACE_MS = 50;
/** The same for work that was found to wait for the clock before, at an earlier timer. */
const SHORT_GRACE_MS = 4;
const LOOK_EVERY_MS = 1;
/** How far the clock is run on for something that has to come about. */
const MOST_DRIVEN_MS = 120_000;

/** Names what is busy, a line each. */
export type BusySource = () => readonly string[];

export class Stillness {
  readonly clock: FakeClock;
  readonly #patienceMs: number;
  readonly #open = new Map<symbol, string>();
  readonly #sources = new Set<BusySource>();
  /** What the machine did when nothing was going on here: that is not done for us. */
  #idleWork = realWork();
  /** What was busy when it was last found to wait for the clock. */
  #waitsForClock = "";
  #news = 0;
  #waiting: Promise<void> | undefined;

  constructor(clock: FakeClock, patienceMs: number) {
    this.clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** Something happened. */
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

  /** Somebody else who knows what is busy; returns the undo. */
  watch(source: BusySource): () => void {
    this.#sources.add(source);
    return () => void this.#sources.delete(source);
  }

  /** What is going on now. */
  busy(): readonly string[] {
    return [...this.#open.values(), ...[...this.#sources].flatMap((source) => source())];
  }

  /**
   * Resolves when nothing is going on. Rejects after `patienceMs` of real time, naming what is
   * still running.
   */
  wait(): Promise<void> {
    this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  /**
   * Waits for something that may need the clock, which runs on to the next timer whenever
   * everything is still. Rejects when the promise does, or when nothing more can happen.
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
      // It is too long for the machine, and may need the clock.
    }
    end();
    await this.until(what, () => settled);
    return done;
  }

  /** The same for a condition. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const untilMs = this.clock.now() + MOST_DRIVEN_MS;
    for (;;) {
      let busy: unknown;
      await this.wait().catch((reason) => {
        busy = reason;
      });
      if (condition()) return;
      if (this.clock.runNext(untilMs - this.clock.now())) continue;
      const ends = `${what}: nothing more is going on, and it has not come about`;
      throw busy ?? new Error(ends);
    }
  }

  async #wait(): Promise<void> {
    const giveUpAtMs = performance.now() + this.#patienceMs;
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
      if (quiet >= QUIET_TURNS && this.#isStill(nowMs - quietSinceMs)) return;
      if (nowMs > giveUpAtMs) throw this.#tooLong();
    }
  }

  /** After so many real milliseconds without news. */
  #isStill(quietMs: number): boolean {
    const busy = this.busy().join("\n");
    if (busy === "") {
      this.#idleWork = realWork();
      this.#waitsForClock = "";
      return true;
    }
    const graceMs = busy === this.#waitsForClock ? SHORT_GRACE_MS : GRACE_MS;
    if (quietMs < graceMs || hasMore(this.#idleWork, realWork())) return false;
    this.#waitsForClock = busy;
    return true;
  }

  #tooLong(): Error {
    const busy = this.busy().map((line) => `\n  ${line}`);
    const list = busy.length === 0 ? "\n  (it never stops: is something answering itself?)" : "";
    return new Error(`still busy after ${this.#patienceMs} ms:${busy.join("")}${list}`);
  }
}

function nextTurn(slowly: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (slowly) setTimeout(resolve, LOOK_EVERY_MS);
    else setImmediate(resolve);
  });
}

/** Whether something is there that was not before. */
function hasMore(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): boolean {
  return [...now].some(([kind, count]) => count > (before.get(kind) ?? 0));
}
