/** Mutual exclusion: of all who use one connection, and of those who change one key. */
import { systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { STORAGE } from "./storage-limits.ts";

/** Grants in the order of the requests; both the number of waiters and their time are bounded. */
export class Mutex {
  readonly #waiting = new Set<() => void>();
  readonly #waitMs: number;
  #isHeld = false;

  constructor(waitMs: number = STORAGE.connectionWaitMs) {
    this.#waitMs = waitMs;
  }

  /**
   * Resolves when the mutex is held; `release()` it. The wait takes real time, also in tests with
   * a fake clock: the holder is at work, and a fake clock does not advance for that.
   */
  acquire(): Promise<void> {
    if (!this.#isHeld) {
      this.#isHeld = true;
      return Promise.resolve();
    }
    if (this.#waiting.size >= STORAGE.maxWaitingForConnection) {
      const words = `${this.#waiting.size} queries wait already behind an open transaction`;
      return Promise.reject(new SeabirdError("resource_exhausted", words));
    }
    return this.#wait();
  }

  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#isHeld = false;
    else next();
  }

  #wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = systemClock.after(this.#waitMs, () => {
        this.#waiting.delete(go);
        reject(new SeabirdError("deadline_exceeded", TOO_LONG));
      });
      const go = () => {
        this.#waiting.delete(go);
        cancel();
        resolve();
      };
      this.#waiting.add(go);
    });
  }
}

const TOO_LONG =
  "a transaction is open for too long; inside one, use what it is given (trx), not db";

/** Runs work on one key in its order, work on different keys concurrently. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when earlier work on this key has settled. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
