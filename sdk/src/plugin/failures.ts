/** The one place for errors of handlers: the person gets a polite line, the log the cause. */
import { AskCancelled } from "../ask/ask-cancelled.ts";
import { BoundedMap } from "../link/bounded-map.ts";
import type { Clock, Random } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import type { Conversation } from "./context.ts";
import type { PluginEvent } from "./events.ts";

/**
 * Who was not addressing the bot is told of a failure this rarely in one channel: a broken
 * handler of every message must not fill it.
 */
export const POLITE_EVERY_MS = 10_000;
/** Channels remembered for it; the oldest is forgotten. */
const MAX_CHANNELS = 1_000;

const ID_LENGTH = 4;

export interface Failure {
  readonly error: unknown;
  readonly event: PluginEvent;
  /** Which handler: `command roll`, `hears /hi/`, `on message`. */
  readonly what: string;
  /** A command, or something said to the bot itself: whoever did it waits for an answer. */
  readonly isAddressed: boolean;
  /** Where the polite line goes; undefined for what cannot be answered. */
  readonly conversation: Conversation | undefined;
  readonly lane: string;
}

export class Failures {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #closing: AbortSignal;
  readonly #toldAt = new BoundedMap<string, number>(MAX_CHANNELS);

  constructor(options: {
    readonly log: Log;
    readonly clock: Clock;
    readonly random: Random;
    readonly closing: AbortSignal;
  }) {
    this.#log = options.log;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#closing = options.closing;
  }

  /** A question without an answer is no failure, nor is what closing the plugin cut off. */
  isQuiet(error: unknown): boolean {
    try {
      if (error instanceof AskCancelled) return true;
      const isCut = error instanceof SeabirdError && QUIET_CODES.has(error.code);
      return isCut && this.#closing.aborted;
    } catch {
      // Anything may be thrown, also what cannot even be asked what it is.
      return false;
    }
  }

  /** What is done without a `catch`. Never rejects. */
  async report(failure: Failure): Promise<void> {
    const { error, event, what, conversation } = failure;
    const id = this.#newId();
    this.#log.error({ error, id, kind: event.kind }, `${what} failed (${id})`);
    if (conversation === undefined || !this.#mayTell(failure)) return;
    try {
      await conversation.mentionReply(`something went wrong (${id})`);
    } catch (reason) {
      this.#log.warn({ error: reason, id }, "nor could that be said");
    }
  }

  #mayTell({ isAddressed, lane }: Failure): boolean {
    if (isAddressed) return true;
    const now = this.#clock.now();
    const toldAt = this.#toldAt.get(lane);
    if (toldAt !== undefined && now - toldAt < POLITE_EVERY_MS) return false;
    this.#toldAt.set(lane, now);
    return true;
  }

  /** Short enough to be read out to whoever has the log. */
  #newId(): string {
    const count = 36 ** ID_LENGTH;
    return Math.floor(this.#random() * count)
      .toString(36)
      .padStart(ID_LENGTH, "0");
  }
}

const QUIET_CODES: ReadonlySet<string> = new Set(["closed", "cancelled", "deadline_exceeded"]);
