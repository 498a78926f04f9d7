/** What core gets of rooms and of the bot itself: channels, members, rights. Pure. */
import type { BackendChannel, ChannelMembers, Self } from "@seabird-chat/sdk/backend";
import { toUser } from "./inbound/origin.ts";
import { printable } from "./inbound/read-stanza.ts";
import { NS } from "./stanza.ts";
import { MAX_OCCUPANTS, type Room } from "./state/room.ts";

export function toChannel({ address, name, topic }: Room): BackendChannel {
  const displayName = printable(name) || (address.split("@")[0] ?? address);
  return { id: address, displayName, topic: printable(topic, 4_000) };
}

export function toMembers(room: Room): ChannelMembers {
  const occupants = room.occupants();
  const members = occupants.map((occupant) => {
    const user = toUser(room, occupant);
    return occupant.nick === room.nick ? { ...user, isBot: true } : user;
  });
  return { members, isComplete: occupants.length < MAX_OCCUPANTS };
}

/** The bot may have another nick in each room: `where` is that of the message that is read now. */
export function selfOf(where: () => Room | undefined, nick: string): Self {
  return {
    get name() {
      return where()?.nick ?? nick;
    },
    get id() {
      const room = where();
      return room && `${room.address}/${room.nick}`;
    },
  };
}

/** For `seabird doctor`: `room: cannot …`, separated by `; `. */
export function missingPermissions(rooms: readonly Room[]): string {
  return rooms.flatMap(missingIn).join("; ");
}

function missingIn(room: Room): string[] {
  const role = room.occupant(room.nick)?.role;
  if (!room.isJoined || role === undefined || role === "moderator") return [];
  const missing: string[] = [];
  if (role === "visitor") missing.push("cannot speak (visitor, needs participant)");
  if (room.features.has(NS.moderate) || room.features.has(NS.moderate0)) {
    missing.push(`cannot delete messages of others (${role}, needs moderator)`);
  }
  return missing.map((each) => `${room.address}: ${each}`);
}
