/** What a handler says: cancelled when its time is up, and waited for when it forgot to. */
import type { ActionOptions } from "../link/action-client.ts";
import type { Log } from "../program/log.ts";
import { breath } from "./breath.ts";
import { Noticed } from "./noticed.ts";

interface Failed {
  readonly sent: Noticed<void>;
  readonly reason: unknown;
}

/** Failures of one handler that are remembered until it ends. */
const MAX_FAILED = 16;

export class Sends {
  readonly #signal: AbortSignal;
  readonly #log: Log;
  readonly #pending = new Set<Promise<void>>();
  readonly #failed: Failed[] = [];

  constructor(signal: AbortSignal, log: Log) {
    this.#signal = signal;
    this.#log = log;
  }

  /** A handler that does not wait for what is returned ends no process by its rejection. */
  send(
    settings: ActionOptions | undefined,
    go: (settings: ActionOptions) => Promise<void>,
  ): Promise<void> {
    const own = settings?.signal;
    const signal = own === undefined ? this.#signal : AbortSignal.any([this.#signal, own]);
    const work = this.#go(() => go({ ...settings, signal }));
    const sent = Noticed.of(work);
    const end = work
      .catch((reason: unknown) => {
        if (this.#failed.length < MAX_FAILED) this.#failed.push({ sent, reason });
      })
      .finally(() => this.#pending.delete(end));
    this.#pending.add(end);
    return sent;
  }

  /** Resolves when nothing is on its way; logs what failed and nobody looked at. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    for (const { sent, reason } of this.#failed.splice(0)) {
      if (!sent.isLookedAt) this.#log.warn(reason, "an answer was not sent");
    }
  }

  async #go(go: () => Promise<void>): Promise<void> {
    await breath(this.#signal);
    await go();
  }
}
