/** How long a scripted network takes for each message that it is sent, one after the other. */
import { type Clock, Refused } from "@seabird-chat/sdk/backend";

export class SendPace {
  readonly #clock: () => Clock;
  readonly #last = new Map<string, Promise<unknown>>();
  #ms = 0;
  /** Wakes those who wait; not one promise for all, which would keep everybody who has ever waited. */
  readonly #wake = new Set<() => void>();

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  /** Milliseconds, infinite for a network that is frozen; also for what waits already. */
  set(ms: number): void {
    this.#ms = ms;
    for (const wake of this.#wake) wake();
  }

  /** In its turn in the channel. What nobody waits for any more then is not sent. */
  run<Result>(channel: string, signal: AbortSignal, work: () => Result): Result | Promise<Result> {
    const before = this.#last.get(channel);
    if (this.#ms === 0 && before === undefined) return work();
    const mine = (before ?? Promise.resolve()).then(async () => {
      await this.#time(signal);
      return work();
    });
    const settled = mine.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(channel, settled);
    void settled.then(() => {
      if (this.#last.get(channel) === settled) this.#last.delete(channel);
    });
    return mine;
  }

  async #time(signal: AbortSignal): Promise<void> {
    const clock = this.#clock();
    const since = clock.now();
    for (;;) {
      if (signal.aborted) throw new Refused("nobody waits for it any more");
      const left = since + this.#ms - clock.now();
      if (left <= 0) return;
      const over = Promise.withResolvers<void>();
      const wake = () => over.resolve();
      const cancel = left === Number.POSITIVE_INFINITY ? undefined : clock.after(left, wake);
      this.#wake.add(wake);
      signal.addEventListener("abort", wake, { once: true });
      await over.promise;
      signal.removeEventListener("abort", wake);
      this.#wake.delete(wake);
      cancel?.();
    }
  }
}
