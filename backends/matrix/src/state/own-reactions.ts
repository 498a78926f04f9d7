/** The events by which the bot reacted, so that they can be redacted. Bounded. */
import { BoundedMap } from "@seabird-chat/sdk/backend";

/** Reactions that are remembered; the oldest go first, and the server is asked for those. */
export const MAX_REACTIONS = 10_000;

export class OwnReactions {
  /** Ids of reactions, by room, message and key. */
  readonly #events = new BoundedMap<string, string>(MAX_REACTIONS);

  added(roomId: string, messageId: string, key: string, eventId: string): void {
    this.#events.set(nameOf(roomId, messageId, key), eventId);
  }

  get(roomId: string, messageId: string, key: string): string | undefined {
    return this.#events.get(nameOf(roomId, messageId, key));
  }

  removed(roomId: string, messageId: string, key: string): void {
    this.#events.delete(nameOf(roomId, messageId, key));
  }
}

/** Keys may hold any sign. */
function nameOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
