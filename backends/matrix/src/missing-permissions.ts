/** What the bot may not do in its rooms, for `seabird doctor`. Pure. */
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";

/** Lines of the metadata; how many more there are is the last one. */
const MAX_LINES = 20;

interface Permission {
  /** `delete messages`. */
  readonly what: string;
  readonly needs: (room: Room) => number;
}

const PERMISSIONS: readonly Permission[] = [
  { what: "send messages", needs: (room) => room.powerToSend("m.room.message") },
  { what: "react to messages", needs: (room) => room.powerToSend("m.reaction") },
  { what: "delete messages", needs: (room) => room.powerFor("redact") },
  { what: "set topics", needs: (room) => room.powerToSend("m.room.topic", true) },
  { what: "mention everyone", needs: (room) => room.powerFor("notifyRoom") },
];

/** `#lobby:example.org: cannot delete messages, set topics (power 0, needs 50)`, separated by `; `. Empty: nothing is missing. */
export function missingPermissions(rooms: Rooms): string {
  const channels = rooms.all().filter(({ roomId }) => rooms.directUser(roomId) === undefined);
  const lines = channels.flatMap((room) => linesOf(room, rooms));
  const more = lines.length - MAX_LINES;
  const shown = lines.slice(0, MAX_LINES);
  return (more > 0 ? [...shown, `and ${more} more`] : shown).join("; ");
}

function linesOf(room: Room, rooms: Rooms): string[] {
  const channel = rooms.channelId(room.roomId);
  if (room.isEncrypted) {
    return [`${channel}: cannot read or send messages, since the room is encrypted`];
  }
  const power = room.powerOf(rooms.ownUserId);
  const missing = PERMISSIONS.filter(({ needs }) => power < needs(room));
  const byNeed = Map.groupBy(missing, ({ needs }) => needs(room));
  return [...byNeed].map(([need, permissions]) => {
    const what = permissions.map((each) => each.what).join(", ");
    return `${channel}: cannot ${what} (power ${power}, needs ${need})`;
  });
}

/** Channel ids, separated by commas; empty: none. */
export function encryptedRooms(rooms: Rooms): string {
  const encrypted = rooms.all().filter(({ isEncrypted }) => isEncrypted);
  const more = encrypted.length - MAX_LINES;
  const names = encrypted.slice(0, MAX_LINES).map(({ roomId }) => rooms.channelId(roomId));
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
