/** The latest messages that have ids, for those that answer them. Bounded. */
import { utf8Cut } from "../message/line.ts";

/** Messages that are remembered; the oldest go first. */
export const MAX_MESSAGES = 1_000;
/** Bytes of a text that are kept (protocol: MessageReference). */
const MAX_TEXT_BYTES = 300;

export interface RecentMessage {
  readonly nick: string;
  readonly text: string;
}

export class RecentMessages {
  /** By conversation and id: an id is unique within its conversation. */
  readonly #byKey = new Map<string, RecentMessage>();

  /** `conversation`: in the form in which equal ones are equal. */
  remember(conversation: string, id: string, { nick, text }: RecentMessage): void {
    const key = keyOf(conversation, id);
    this.#byKey.delete(key);
    const start = text.slice(0, utf8Cut(text, MAX_TEXT_BYTES));
    // A copy: a slice would keep the whole text.
    this.#byKey.set(key, { nick, text: Buffer.from(start).toString() });
    if (this.#byKey.size <= MAX_MESSAGES) return;
    const [oldest = key] = this.#byKey.keys();
    this.#byKey.delete(oldest);
  }

  get(conversation: string, id: string): RecentMessage | undefined {
    return this.#byKey.get(keyOf(conversation, id));
  }
}

/** A name has no spaces. */
function keyOf(conversation: string, id: string): string {
  return `${conversation} ${id}`;
}
