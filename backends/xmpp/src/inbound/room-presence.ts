/** Who comes into a room and goes from it, of presence (XEP-0045). Pure. */
import type { BackendUser } from "@seabird-chat/sdk/backend";
import { NS, type Stanza } from "../stanza.ts";
import type { Occupant, RoomView } from "../state/rooms.ts";
import { type Inbound, type InboundView, NOTHING } from "./network-event.ts";
import { toUser } from "./origin.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  ownChildOf,
  parseAddress,
  printable,
  textOf,
} from "./read-stanza.ts";

/** XEP-0045, 15.6. */
const STATUS = {
  self: "110",
  banned: "301",
  nickChange: "303",
  kicked: "307",
  affiliationChange: "321",
  membersOnly: "322",
  /** Kicked by the service because their own server does not answer: nobody did that. */
  technical: "333",
} as const;

const REMOVALS: readonly string[] = [
  STATUS.banned,
  STATUS.kicked,
  STATUS.affiliationChange,
  STATUS.membersOnly,
];

/** The bot's own presence, and who was there before it, make no events. */
export function readPresence(stanza: Stanza, view: InboundView): Inbound {
  const from = parseAddress(attributeOf(stanza, "from"));
  const room = from && view.room(from.bare);
  if (from === undefined || room === undefined || from.resource === "") return NOTHING;
  const x = childOf(stanza, "x", NS.mucUser);
  const statuses = new Set(
    childrenOf(x, "status", NS.mucUser).map((each) => attributeOf(each, "code")),
  );
  const isOwn = statuses.has(STATUS.self) || from.resource === room.nick;
  if (isOwn || !room.isJoined) return NOTHING;
  const item = childOf(x, "item", NS.mucUser);
  const type = attributeOf(stanza, "type");
  if (type === "") return present(from.resource, item, room);
  if (type !== "unavailable") return NOTHING;
  const occupant = room.occupant(from.resource);
  if (occupant === undefined) return NOTHING;
  const left = { room: room.address, userId: toUser(room, occupant).id };
  if (statuses.has(STATUS.nickChange)) return { ...renamed(occupant, item, room), left };
  return { ...gone(stanza, { occupant, room, statuses, item }), left };
}

function present(nick: string, item: Stanza | undefined, room: RoomView): Inbound {
  const known = room.occupant(nick);
  const account = parseAddress(attributeOf(item, "jid"))?.bare;
  const user = toUser(room, { nick, account: account ?? known?.account });
  if (known === undefined) {
    return { events: [{ kind: "memberJoined", member: { channel: room.address, user } }] };
  }
  if (account === undefined || known.account?.toLowerCase() === account) return NOTHING;
  return { events: [{ kind: "userChanged", change: { before: toUser(room, known), user } }] };
}

function renamed(occupant: Occupant, item: Stanza | undefined, room: RoomView): Inbound {
  const nick = attributeOf(item, "nick");
  if (nick === "" || parseAddress(`${room.address}/${nick}`) === undefined) return NOTHING;
  const change = { before: toUser(room, occupant), user: toUser(room, { ...occupant, nick }) };
  return { events: [{ kind: "userChanged", change }] };
}

interface Departure {
  readonly occupant: Occupant;
  readonly room: RoomView;
  readonly statuses: ReadonlySet<string>;
  readonly item: Stanza | undefined;
}

function gone(stanza: Stanza, { occupant, room, statuses, item }: Departure): Inbound {
  const member = { channel: room.address, user: toUser(room, occupant) };
  if (!statuses.has(STATUS.technical) && REMOVALS.some((status) => statuses.has(status))) {
    const by = actorOf(item, room);
    const reason = printable(textOf(childOf(item, "reason", NS.mucUser)));
    return {
      events: [{ kind: "memberRemoved", member: { ...member, reason, ...(by && { by }) } }],
    };
  }
  const reason = printable(textOf(ownChildOf(stanza, "status")));
  return { events: [{ kind: "memberLeft", member: { ...member, reason } }] };
}

/** Who removed them, if the room says. */
function actorOf(item: Stanza | undefined, room: RoomView): BackendUser | undefined {
  const actor = childOf(item, "actor", NS.mucUser);
  const nick = attributeOf(actor, "nick");
  if (nick !== "" && parseAddress(`${room.address}/${nick}`) !== undefined) {
    return toUser(room, room.occupant(nick) ?? { nick });
  }
  const account = parseAddress(attributeOf(actor, "jid"))?.bare;
  return account === undefined ? undefined : { id: account, account };
}
