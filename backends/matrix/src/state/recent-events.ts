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

/** Events that are remembered of one room; the oldest is forgotten for a new one. */
const MAX_EVENTS = 1_000;
/** Rooms of which events are remembered; the one that was silent for longest is forgotten. */
const MAX_ROOMS = 1_000;

export class RecentEvents {
  readonly #rooms = new Map<string, Map<string, RecentEvent>>();

  remember(roomId: string, event: RecentEvent): void {
    const events = this.#rooms.get(roomId) ?? new Map<string, RecentEvent>();
    this.#rooms.delete(roomId);
    setBounded(this.#rooms, roomId, events, MAX_ROOMS);
    events.delete(event.id);
    setBounded(events, event.id, event, MAX_EVENTS);
  }

  get(roomId: string, eventId: string): RecentEvent | undefined {
    return this.#rooms.get(roomId)?.get(eventId);
  }

  forget(roomId: string): void {
    this.#rooms.delete(roomId);
  }
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
