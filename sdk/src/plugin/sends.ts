/** A handler's sends: cancelled when its time is up, and awaited if the handler does not. */

import { yieldIfAborted } from "../link/abortable.ts";
import type { ActionOptions } from "../link/action-client.ts";
import type { Log } from "../program/log.ts";
import type { Slot } from "./handler-slot.ts";
import { TrackedPromise } from "./tracked-promise.ts";

interface Failed {
  readonly sent: TrackedPromise<void>;
  readonly reason: unknown;
}

/** Failures remembered per handler until it ends. */
const MAX_FAILED = 16;

export class Sends {
  readonly #slot: Slot;
  readonly #log: Log;
  readonly #pending = new Set<Promise<void>>();
  readonly #failed: Failed[] = [];

  /** Sends are cancelled by the slot's signal. */
  constructor(slot: Slot, log: Log) {
    this.#slot = slot;
    this.#log = log;
  }

  /** A rejection that the handler does not await does not end the process. */
  send(
    settings: ActionOptions | undefined,
    go: (settings: ActionOptions) => Promise<void>,
  ): Promise<void> {
    const own = settings?.signal;
    const late = this.#slot.signal;
    const signal = own === undefined ? late : AbortSignal.any([late, own]);
    const work = this.#go(() => go({ ...settings, signal }));
    const sent = TrackedPromise.of(work);
    const end = work
      .catch((reason: unknown) => {
        if (this.#failed.length < MAX_FAILED) this.#failed.push({ sent, reason });
      })
      .finally(() => this.#pending.delete(end));
    this.#pending.add(end);
    return sent;
  }

  /** Resolves when no send is in flight; logs failures that were not observed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    for (const { sent, reason } of this.#failed.splice(0)) {
      if (!sent.isObserved) this.#log.warn(reason, "an answer was not sent");
    }
  }

  async #go(go: () => Promise<void>): Promise<void> {
    await yieldIfAborted(this.#slot.signal);
    await go();
  }
}
