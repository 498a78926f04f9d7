/** The latest messages and reactions of the rooms, which later events refer to. */
import { BoundedMap } from "@seabird-chat/sdk/backend";

export type RecentEvent =
  | {
      readonly kind: "message";
      readonly id: string;
      readonly userId: string;
      /** Plain, cut to 300 bytes. */
      readonly text: string;
      /** Of the thread that it is in. */
      readonly threadRootId?: string | undefined;
    }
  | {
      readonly kind: "reaction";
      readonly id: string;
      readonly userId: string;
      readonly messageId: string;
      readonly emoji: { readonly text: string; readonly id?: string; readonly url?: string };
      readonly threadRootId?: string | undefined;
    }
  /** Such as an edit, or a state event. */
  | {
      readonly kind: "other";
      readonly id: string;
      readonly userId: string;
      readonly threadRootId?: undefined;
    };

/**
 * Events that are remembered, of all rooms: a few megabytes. The oldest is forgotten for a new one, and
 * the server asked when something refers to it.
 */
const MAX_EVENTS = 5_000;

export class RecentEvents {
  readonly #events = new BoundedMap<string, RecentEvent>(MAX_EVENTS);

  remember(roomId: string, event: RecentEvent): void {
    this.#events.set(keyOf(roomId, event.id), event);
  }

  get(roomId: string, eventId: string): RecentEvent | undefined {
    return this.#events.get(keyOf(roomId, eventId));
  }
}

/** No id has a blank. */
function keyOf(roomId: string, eventId: string): string {
  return `${roomId} ${eventId}`;
}
