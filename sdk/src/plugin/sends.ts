/** A handler's sends: cancelled when its time is up, and awaited if the handler does not. */

import { yieldIfAborted } from "../link/abortable.ts";
import type { CallOptions } from "../link/call-options.ts";
import { callSite, failedAt } from "../link/call-site.ts";
import { SentMessage } from "../link/sent-message.ts";
import type { Log } from "../program/log.ts";
import type { Slot } from "./handler-slot.ts";
import { TrackedPromise } from "./tracked-promise.ts";

interface Failed {
  readonly sent: TrackedPromise<unknown>;
  readonly reason: unknown;
}

/** Failures remembered per handler until it ends. */
const MAX_FAILED = 16;

export class Sends {
  readonly #slot: Slot;
  readonly #log: Log;
  readonly #pending = new Set<Promise<void>>();
  readonly #failed: Failed[] = [];
  #isOver = false;

  /** Sends are cancelled by the slot's signal. */
  constructor(slot: Slot, log: Log) {
    this.#slot = slot;
    this.#log = log;
  }

  /** A rejection that the handler does not await does not end the process. */
  send<T, Options extends CallOptions>(
    settings: Options | undefined,
    go: (settings: Options) => Promise<T>,
  ): Promise<T> {
    const own = settings?.signal;
    const late = this.#slot.signal;
    const signal = own === undefined ? late : AbortSignal.any([late, own]);
    const site = callSite();
    const work = this.#go(() => go({ ...(settings as Options), signal }));
    work.catch((reason: unknown) => failedAt(reason, site));
    return this.#track(work);
  }

  /** As `send`, with a handle whose calls are the handler's too, as long as it runs. */
  sendMessage<Options extends CallOptions>(
    settings: Options | undefined,
    go: (settings: Options) => Promise<SentMessage>,
  ): Promise<SentMessage> {
    return this.send(settings, async (more: Options) =>
      SentMessage.runBy(await go(more), (options, call) => this.#own(options, call)),
    );
  }

  /** The handler has ended: what it keeps of its messages goes on without it. */
  end(): void {
    this.#isOver = true;
  }

  /** Resolves when no send is in flight; logs failures that were not observed. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
    for (const { sent, reason } of this.#failed.splice(0)) {
      if (!sent.isObserved) this.#log.warn(reason, "an answer was not sent");
    }
  }

  #own<T, Options extends CallOptions>(
    options: Options | undefined,
    go: (options: Options | undefined) => Promise<T>,
  ): Promise<T> {
    if (!this.#isOver) return this.send(options, go);
    const sent = this.#track(go(options));
    void this.settled();
    return sent;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const sent = TrackedPromise.of(work);
    const end: Promise<void> = work
      .then(
        () => undefined,
        (reason: unknown) => {
          if (this.#failed.length < MAX_FAILED) this.#failed.push({ sent, reason });
        },
      )
      .finally(() => this.#pending.delete(end));
    this.#pending.add(end);
    return sent;
  }

  async #go<T>(go: () => Promise<T>): Promise<T> {
    // Without a wait an error of the arguments has the author's line in its stack.
    const wait = yieldIfAborted(this.#slot.signal);
    if (wait !== undefined) await wait;
    return go();
  }
}
