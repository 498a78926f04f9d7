/** Whether a conversation hears that the bot types (XEP-0085). Bounded. */
import { BoundedMap, type Clock, type Target } from "@seabird-chat/sdk/backend";

/** Milliseconds after which it is said again: clients forget it after some time. */
const REPEAT_MS = 5_000;
/** Conversations in which it may type at once; the oldest is forgotten first. */
export const MAX_CONVERSATIONS = 256;

export class TypingStates {
  readonly #clock: Pick<Clock, "now">;
  /** When it was said, by conversation, the oldest first. */
  readonly #saidAtMs = new BoundedMap<string, number>(MAX_CONVERSATIONS);

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  isNews(to: Target, isActive: boolean): boolean {
    const key = keyOf(to);
    const saidAtMs = this.#saidAtMs.get(key);
    if (!isActive) return this.#saidAtMs.delete(key);
    const now = this.#clock.now();
    if (saidAtMs !== undefined && now - saidAtMs < REPEAT_MS) return false;
    this.#saidAtMs.set(key, now);
    return true;
  }

  /** A message says that it has stopped. */
  ended(to: Target): void {
    this.#saidAtMs.delete(keyOf(to));
  }
}

function keyOf({ kind, id }: Target): string {
  return `${kind} ${id}`;
}
