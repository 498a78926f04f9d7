/** When the network hears that the bot types: at most every 3 s in each conversation (IRCv3). Bounded. */
import type { Clock } from "../clock.ts";

/** Milliseconds between two lines that say that the bot types. */
const TYPING_INTERVAL_MS = 3_000;
/** Milliseconds after which others take it to have stopped. */
const EXPIRES_MS = 6_000;
/** Conversations in which it may type at once; the oldest is forgotten first. */
export const MAX_CONVERSATIONS = 256;

interface Typing {
  /** When the latest line said that it types. */
  readonly saidAtMs: number;
  /** Whether others still take it to type. */
  readonly isActive: boolean;
}

export class TypingThrottle {
  readonly #clock: Pick<Clock, "now">;
  /** By conversation, the oldest first. */
  readonly #typing = new Map<string, Typing>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** What to send now; undefined: nothing. `conversation`: equal ones are equal strings. */
  next(conversation: string, isActive: boolean): "active" | "done" | undefined {
    const typing = this.#typing.get(conversation);
    const now = this.#clock.now();
    const sinceMs = now - (typing?.saidAtMs ?? Number.NEGATIVE_INFINITY);
    if (!isActive) {
      this.ended(conversation);
      return typing?.isActive === true && sinceMs < EXPIRES_MS ? "done" : undefined;
    }
    if (sinceMs < TYPING_INTERVAL_MS) return undefined;
    this.#typing.delete(conversation);
    this.#typing.set(conversation, { saidAtMs: now, isActive });
    if (this.#typing.size > MAX_CONVERSATIONS) {
      const [oldest = conversation] = this.#typing.keys();
      this.#typing.delete(oldest);
    }
    return "active";
  }

  /** Others know that it has stopped, such as by a message. */
  ended(conversation: string): void {
    const typing = this.#typing.get(conversation);
    if (typing !== undefined) this.#typing.set(conversation, { ...typing, isActive: false });
  }
}
