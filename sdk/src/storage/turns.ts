/** One connection, and those who wait for it, in their order. */
import { systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { STORAGE } from "./storage-limits.ts";

export class Turns {
  readonly #waiting = new Set<() => void>();
  readonly #waitMs: number;
  #taken = false;

  constructor(waitMs: number = STORAGE.connectionWaitMs) {
    this.#waitMs = waitMs;
  }

  /**
   * Resolves at one's turn, which ends with `end()`. By the machine's clock: whoever has the
   * connection is at work, and a test's clock does not run for that.
   */
  take(): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return Promise.resolve();
    }
    if (this.#waiting.size >= STORAGE.maxWaitingForConnection) {
      const words = `${this.#waiting.size} queries wait already behind an open transaction`;
      return Promise.reject(new SeabirdError("resource_exhausted", words));
    }
    return this.#wait();
  }

  end(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#taken = false;
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
