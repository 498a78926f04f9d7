/** Reports errors of handlers: a short message to the user, the cause to the log. */
import { AskCancelled } from "../ask/ask-cancelled.ts";
import { BoundedMap } from "../link/bounded-map.ts";
import type { Clock, Random } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import { isImpossible, SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import type { ReplyMethods } from "./context.ts";
import type { PluginEvent } from "./events.ts";
import { isHandlerFailure } from "./fail.ts";

/**
 * Errors of handlers that were not addressed are reported at most this often per channel, so that
 * a broken handler of every message does not flood it.
 */
const REPORT_EVERY_MS = 10_000;
/** Channels whose last report is remembered; the oldest is forgotten. */
const MAX_CHANNELS = 1_000;

const ID_LENGTH = 4;

export interface Failure {
  readonly error: unknown;
  readonly event: PluginEvent;
  /** Which handler: `command roll`, `hears /hi/`, `on message`. */
  readonly what: string;
  /** A command, or a message to the bot: the user waits for an answer. */
  readonly isAddressed: boolean;
  /** How the user is informed; undefined for events that cannot be answered. */
  readonly replies: ReplyMethods | undefined;
  readonly queueKey: string;
}

export class Failures {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #closing: AbortSignal;
  readonly #reportedAt = new BoundedMap<string, number>(MAX_CHANNELS);

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

  /** An unanswered question is no failure, nor is work that closing the plugin cut short. */
  isQuiet(error: unknown): boolean {
    try {
      if (error instanceof AskCancelled) return true;
      const isCutShort = error instanceof SeabirdError && QUIET_CODES.has(error.code);
      return isCutShort && this.#closing.aborted;
    } catch {
      // A thrown value may be a proxy on which even `instanceof` throws.
      return false;
    }
  }

  /** The default for a plugin without `catch`. Never rejects. */
  async report(failure: Failure): Promise<void> {
    const { error, event, what, replies } = failure;
    if (isHandlerFailure(error)) {
      this.#log.debug({ error, kind: event.kind }, `${what} ended with a sentence for the person`);
      await this.#inform(replies, error.content, {});
      return;
    }
    if (isImpossible(error)) {
      this.#log.warn({ error, kind: event.kind }, `${what} needs what its network does not have`);
      if (this.#mayReply(failure)) await this.#inform(replies, error.message, {});
      return;
    }
    const id = this.#newId();
    this.#log.error({ error, id, kind: event.kind }, `${what} failed (${id})`);
    if (replies === undefined || !this.#mayReply(failure)) return;
    await this.#inform(replies, `something went wrong (${id})`, { id });
  }

  async #inform(replies: ReplyMethods | undefined, content: Content, about: object): Promise<void> {
    try {
      await replies?.mentionReply(content);
    } catch (reason) {
      this.#log.warn({ error: reason, ...about }, "the user could not be informed");
    }
  }

  #mayReply({ isAddressed, queueKey }: Failure): boolean {
    if (isAddressed) return true;
    const now = this.#clock.now();
    const reportedAt = this.#reportedAt.get(queueKey);
    if (reportedAt !== undefined && now - reportedAt < REPORT_EVERY_MS) return false;
    this.#reportedAt.set(queueKey, now);
    return true;
  }

  /** Short enough to read out to the plugin's operator. */
  #newId(): string {
    const count = 36 ** ID_LENGTH;
    return Math.floor(this.#random() * count)
      .toString(36)
      .padStart(ID_LENGTH, "0");
  }
}

const QUIET_CODES: ReadonlySet<string> = new Set(["closed", "cancelled", "deadline_exceeded"]);
