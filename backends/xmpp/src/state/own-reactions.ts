/** The bot's reactions to each message: XEP-0444 sends all of them each time. Bounded. */
import type { Target } from "@seabird-chat/sdk/backend";

/** Messages whose reactions are remembered; the oldest go first. */
export const MAX_REACTED_MESSAGES = 1_000;

export class OwnReactions {
  readonly #byMessage = new Map<string, readonly string[]>();

  to(conversation: Target, messageId: string): readonly string[] {
    return this.#byMessage.get(keyOf(conversation, messageId)) ?? [];
  }

  set(conversation: Target, messageId: string, emojis: readonly string[]): void {
    const key = keyOf(conversation, messageId);
    this.#byMessage.delete(key);
    if (emojis.length > 0) this.#byMessage.set(key, emojis);
    if (this.#byMessage.size <= MAX_REACTED_MESSAGES) return;
    const [oldest = key] = this.#byMessage.keys();
    this.#byMessage.delete(oldest);
  }
}

/** Ids may hold any sign. */
function keyOf(conversation: Target, messageId: string): string {
  return JSON.stringify([conversation.kind, conversation.id, messageId]);
}
