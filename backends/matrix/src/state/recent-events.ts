/** The latest messages and reactions of the rooms, which later events refer to. */

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
  readonly #events = new Map<string, RecentEvent>();

  remember(roomId: string, event: RecentEvent): void {
    const key = keyOf(roomId, event.id);
    this.#events.delete(key);
    setBounded(this.#events, key, event, MAX_EVENTS);
  }

  get(roomId: string, eventId: string): RecentEvent | undefined {
    return this.#events.get(keyOf(roomId, eventId));
  }
}

/** No id has a blank. */
function keyOf(roomId: string, eventId: string): string {
  return `${roomId} ${eventId}`;
}

/** What was set longest ago is forgotten for what is new. */
export function setBounded<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  limit: number,
): void {
  map.set(key, value);
  if (map.size <= limit) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
