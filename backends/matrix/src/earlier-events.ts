/** Asks the server for the earlier events that new ones refer to and that are not remembered. */
import type { SyncRoom } from "./connection/sync-response.ts";
import { toLookedUp, toLookUp } from "./inbound.ts";
import type { JsonObject } from "./json-value.ts";
import type { Rooms } from "./state/rooms.ts";

export interface EarlierEventsDeps {
  readonly rooms: Pick<Rooms, "ownUserId" | "recent">;
  /** Rejects if the server does not hand it over in time. */
  readonly fetch: (roomId: string, eventId: string) => Promise<JsonObject>;
}

/** Events that are asked for at once, for each answer of `/sync`; further ones stay unknown. */
const MAX_EVENTS = 20;

/** Resolves when they are remembered, or the server did not hand them over. */
export async function learnEarlier(
  news: readonly SyncRoom[],
  { rooms, fetch }: EarlierEventsDeps,
): Promise<void> {
  const { ownUserId, recent } = rooms;
  const wanted = news.flatMap(({ roomId, timeline }) => {
    const isHere = new Set(timeline.map((event) => event["event_id"]));
    const view = { ownUserId, earlier: (eventId: string) => recent.get(roomId, eventId) };
    const ids = timeline.flatMap((event) => toLookUp(event, view) ?? []);
    return [...new Set(ids)].filter((id) => !isHere.has(id)).map((id) => ({ roomId, id }));
  });
  const asked = wanted.slice(0, MAX_EVENTS).map(async ({ roomId, id }) => {
    const event = await fetch(roomId, id).catch(() => undefined);
    const read = event && toLookedUp(event);
    if (read?.id === id) recent.remember(roomId, read);
  });
  await Promise.all(asked);
}
