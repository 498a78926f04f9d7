/** Tells one's own messages from others', also where the network reports them before it answers. */
import { BoundedMap } from "../link/bounded-map.ts";
import { type Clock, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Awaitable, Sent } from "./backend-connection.ts";

export interface OwnMessagesOptions {
  /** Milliseconds that a report waits at most for the sends under way. Default: 10,000. */
  readonly windowMs?: number | undefined;
  /** Ids that are remembered, the newest. Default: 1,000. */
  readonly maxIds?: number | undefined;
  /** Reports that wait at once; beyond, the oldest are let through. Default: 1,000. */
  readonly maxWaiting?: number | undefined;
  /** Default: the machine's; a backend gives `host.clock`. */
  readonly clock?: Clock | undefined;
}

/**
 * For networks that report the bot's own messages like everybody's. Core must not get them again,
 * and the answer that has their ids may come after the report.
 *
 * ```ts
 * const own = ownMessages({ clock: host.clock });
 * link.on("line", (l) => own.unlessOwn(l.room, l.id, () => host.emit.message(toMessage(l))));
 * return { send: (to, message) => own.sending(to.id, () => link.say(to.id, render(message.block))) };
 * ```
 */
export interface OwnMessages {
  /**
   * Runs a send to a conversation; the ids that it resolves with are one's own. `startsThread`: the
   * message may appear in a thread whose id is not known yet, so reports of all conversations wait.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: so that a function without return fits.
  sending<Result extends Sent | undefined | void>(
    conversation: string,
    send: () => Awaitable<Result>,
    options?: { readonly startsThread?: boolean | undefined },
  ): Promise<Result>;
  /**
   * Calls `report`, unless the message is one's own. While a send to the conversation is under way
   * the report waits for its end, at most `windowMs`; reports of one conversation keep their order.
   * What a report throws is thrown here; if it waited, it is a warning of the process.
   */
  unlessOwn(conversation: string, id: string, report: () => void): void;
  /** Whether a send has resolved with this id. */
  has(conversation: string, id: string): boolean;
}

/** Throws a SeabirdError `bad_option` for anything but whole numbers from 1. */
export function ownMessages(options: OwnMessagesOptions = {}): OwnMessages {
  const { windowMs = 10_000, maxIds = 1_000, maxWaiting = 1_000, clock = systemClock } = options;
  for (const [name, given] of Object.entries({ windowMs, maxIds, maxWaiting })) {
    if (Number.isSafeInteger(given) && given > 0) continue;
    const what = `ownMessages: ${name} is ${given}; give a whole number from 1`;
    throw new SeabirdError("bad_option", what);
  }
  return new Own({ windowMs, maxIds, maxWaiting, clock });
}

/** A send under way. */
interface Send {
  /** Undefined: any. */
  readonly conversation: string | undefined;
}

interface Waiting {
  readonly key: string;
  readonly report: () => void;
  /** Those under way when it came; when none is left, it is known whose message it is. */
  readonly sends: Set<Send>;
  readonly stopTimer: () => void;
}

type Limits = {
  readonly [Name in keyof OwnMessagesOptions]-?: NonNullable<OwnMessagesOptions[Name]>;
};

class Own implements OwnMessages {
  readonly #windowMs: number;
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  readonly #ids: BoundedMap<string, true>;
  readonly #sends = new Set<Send>();
  /** In the order of arrival. */
  readonly #waiting = new Set<Waiting>();

  constructor({ windowMs, maxIds, maxWaiting, clock }: Limits) {
    this.#windowMs = windowMs;
    this.#maxWaiting = maxWaiting;
    this.#clock = clock;
    this.#ids = new BoundedMap(maxIds);
  }

  async sending<Result>(
    conversation: string,
    send: () => Awaitable<Result>,
    { startsThread }: { readonly startsThread?: boolean | undefined } = {},
  ): Promise<Result> {
    const current: Send = { conversation: startsThread === true ? undefined : conversation };
    this.#sends.add(current);
    try {
      const result = await send();
      const { ids = [], channel = conversation } = (result ?? {}) as Sent;
      for (const id of Array.isArray(ids) ? ids : []) this.#ids.set(keyOf(channel, id), true);
      return result;
    } finally {
      this.#sends.delete(current);
      for (const waiting of this.#waiting) {
        waiting.sends.delete(current);
        if (waiting.sends.size === 0 || this.#ids.has(waiting.key)) this.#settle(waiting);
      }
    }
  }

  unlessOwn(conversation: string, id: string, report: () => void): void {
    const key = keyOf(conversation, id);
    if (this.#ids.has(key)) return;
    const sends = new Set(
      [...this.#sends].filter((send) => (send.conversation ?? conversation) === conversation),
    );
    if (sends.size === 0) {
      report();
      return;
    }
    const stopTimer = this.#clock.after(this.#windowMs, () => this.#settle(waiting));
    const waiting: Waiting = { key, report, sends, stopTimer };
    this.#waiting.add(waiting);
    const [oldest] = this.#waiting;
    if (this.#waiting.size > this.#maxWaiting && oldest !== undefined) this.#settle(oldest);
  }

  has(conversation: string, id: string): boolean {
    return this.#ids.has(keyOf(conversation, id));
  }

  #settle(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    waiting.stopTimer();
    if (this.#ids.has(waiting.key)) return;
    try {
      waiting.report();
    } catch (reason) {
      // Whatever made it settle is another matter, such as a message that was sent.
      process.emitWarning(reason instanceof Error ? reason : String(reason));
    }
  }
}

/** Ids are unique within their conversation only. */
function keyOf(conversation: string, id: string): string {
  return JSON.stringify([conversation, id]);
}
