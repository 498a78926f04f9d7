/** The bot's messages: by the id that others know, the id that they were sent with. Bounded. */
import { BoundedMap, type Target } from "@seabird-chat/sdk/backend";

/** Messages that are remembered; the oldest go first. */
export const MAX_SENT_MESSAGES = 5_000;

export class SentMessages {
  readonly #sentIds = new BoundedMap<string, string>(MAX_SENT_MESSAGES);

  /** `id`: the room's, where it gives one; else `sentId` again. */
  remember(conversation: Target, id: string, sentId: string): void {
    this.#sentIds.set(keyOf(conversation, id), sentId);
  }

  /** The id of its first version, which corrections name (XEP-0308, 3). Undefined: not the bot's, or forgotten. */
  sentIdOf(conversation: Target, id: string): string | undefined {
    return this.#sentIds.get(keyOf(conversation, id));
  }

  forget(conversation: Target, id: string): void {
    this.#sentIds.delete(keyOf(conversation, id));
  }
}

/** Ids may hold any sign. */
function keyOf(conversation: Target, id: string): string {
  return JSON.stringify([conversation.kind, conversation.id, id]);
}
