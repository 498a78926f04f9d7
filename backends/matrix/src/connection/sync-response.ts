/** An answer of `/sync`, read: whatever is not as it should be counts as missing. */
import { isObject, type JsonObject, listIn, objectIn, textIn } from "../json-value.ts";

/** News of a room that the bot is in. */
export interface SyncRoom {
  readonly roomId: string;
  /** State events before the timeline. */
  readonly state: readonly JsonObject[];
  /** Events in order, state events among them. */
  readonly timeline: readonly JsonObject[];
  /** Events between the position and the timeline are missing. */
  readonly isLimited: boolean;
  /** User ids; undefined: as before. */
  readonly typing: readonly string[] | undefined;
  /** Those who are in it and those who are invited; undefined: as before. */
  readonly memberCount: number | undefined;
  /** Some of them, for a room without a name. */
  readonly heroes: readonly string[] | undefined;
}

/** A room that the bot was invited to, or is no longer in. */
export interface OtherRoom {
  readonly roomId: string;
  readonly events: readonly JsonObject[];
}

export interface SyncResponse {
  /** The position to go on from. */
  readonly position: string;
  readonly joined: readonly SyncRoom[];
  readonly invited: readonly OtherRoom[];
  readonly left: readonly OtherRoom[];
  /** By person, their private rooms (`m.direct`); undefined: as before. */
  readonly direct: JsonObject | undefined;
}

/** Characters of a position; a longer one could not be sent back. */
const MAX_POSITION = 4_096;
/** Characters of an id (specification: 255 bytes). */
const MAX_ID = 255;

/** Undefined: there is no position in it, so that it is no answer of `/sync`. */
export function readSync(answer: JsonObject): SyncResponse | undefined {
  const position = textIn(answer["next_batch"]);
  if (position === undefined || position === "" || position.length > MAX_POSITION) return undefined;
  const rooms = objectIn(answer["rooms"]);
  return {
    position,
    joined: roomsIn(rooms["join"]).map(([roomId, room]) => readRoom(roomId, room)),
    invited: roomsIn(rooms["invite"]).map(([roomId, room]) => ({
      roomId,
      events: eventsIn(room["invite_state"]),
    })),
    left: roomsIn(rooms["leave"]).map(([roomId, room]) => ({
      roomId,
      events: [...eventsIn(room["state"]), ...eventsIn(room["timeline"])],
    })),
    direct: contentOf(eventsIn(answer["account_data"]), "m.direct"),
  };
}

function readRoom(roomId: string, room: JsonObject): SyncRoom {
  const typing = contentOf(eventsIn(room["ephemeral"]), "m.typing")?.["user_ids"];
  const summary = objectIn(room["summary"]);
  const counts = [summary["m.joined_member_count"], summary["m.invited_member_count"]];
  const known = counts.filter((count) => Number.isSafeInteger(count)) as number[];
  const heroes = summary["m.heroes"];
  return {
    roomId,
    state: eventsIn(room["state"]),
    timeline: eventsIn(room["timeline"]),
    isLimited: objectIn(room["timeline"])["limited"] === true,
    typing: typing === undefined ? undefined : idsIn(typing),
    memberCount: known.length < counts.length ? undefined : known.reduce((sum, n) => sum + n, 0),
    heroes: heroes === undefined ? undefined : idsIn(heroes),
  };
}

function roomsIn(rooms: unknown): [string, JsonObject][] {
  return Object.entries(objectIn(rooms))
    .filter(([roomId]) => roomId.startsWith("!") && roomId.length <= MAX_ID)
    .map(([roomId, room]) => [roomId, objectIn(room)]);
}

function eventsIn(section: unknown): readonly JsonObject[] {
  return listIn(objectIn(section)["events"]).filter(isObject);
}

function contentOf(events: readonly JsonObject[], type: string): JsonObject | undefined {
  const event = events.findLast((each) => each["type"] === type);
  return event && objectIn(event["content"]);
}

function idsIn(value: unknown): readonly string[] {
  return listIn(value)
    .filter((id): id is string => typeof id === "string" && id.length <= MAX_ID)
    .slice(0, 1_000);
}
