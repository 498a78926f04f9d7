/** The bot's reactions to each message: XEP-0444 sends all of them each time. Bounded. */
import { BoundedMap, type Target } from "@seabird-chat/sdk/backend";

/** Messages whose reactions are remembered; the oldest go first. */
export const MAX_REACTED_MESSAGES = 1_000;

export class OwnReactions {
  readonly #byMessage = new BoundedMap<string, readonly string[]>(MAX_REACTED_MESSAGES);

  to(conversation: Target, messageId: string): readonly string[] {
    return this.#byMessage.get(keyOf(conversation, messageId)) ?? [];
  }

  set(conversation: Target, messageId: string, emojis: readonly string[]): void {
    const key = keyOf(conversation, messageId);
    if (emojis.length > 0) this.#byMessage.set(key, emojis);
    else this.#byMessage.delete(key);
  }
}

/** Ids may hold any sign. */
function keyOf(conversation: Target, messageId: string): string {
  return JSON.stringify([conversation.kind, conversation.id, messageId]);
}
