/** Invitations to rooms, and whether they are accepted. Pure. */
import { attributeOf, parseAddress } from "../inbound/read-stanza.ts";
import { NS, type Stanza } from "../stanza.ts";

export interface Invitation {
  readonly room: string;
  /** The bare address of who invites. */
  readonly from: string;
  /** By the person, whose address their server vouches for; else by the room, in their name. */
  readonly isDirect: boolean;
  readonly password: string | undefined;
}

/** Directly by a person (XEP-0249), or through the room (XEP-0045, 7.8.2). */
export function readInvitation(stanza: Stanza): Invitation | undefined {
  const sender = parseAddress(attributeOf(stanza, "from"))?.bare;
  if (sender === undefined || stanza.name !== "message" || stanza.attrs["type"] === "error")
    return undefined;
  const user = stanza.getChild("x", NS.mucUser);
  const invite = user?.getChild("invite");
  if (user !== undefined && invite !== undefined) {
    const from = parseAddress(attributeOf(invite, "from"))?.bare;
    const password = user.getChildText("password") ?? undefined;
    return from === undefined ? undefined : { room: sender, from, isDirect: false, password };
  }
  const direct = stanza.getChild("x", NS.conference);
  // In a room anybody could write it, under a nick.
  if (direct === undefined || stanza.attrs["type"] === "groupchat") return undefined;
  const room = parseAddress(attributeOf(direct, "jid"))?.bare;
  const password = attributeOf(direct, "password") || undefined;
  return room === undefined ? undefined : { room, from: sender, isDirect: true, password };
}

/**
 * `patterns`: addresses, and `@example.org` for everybody there. A room may name anybody as the one who
 * invites, so that it is believed only of people of its own domain, or of the domain that it belongs to.
 * One that hides addresses names the occupant: `@rooms.example.org` is for everybody in rooms there.
 */
export function mayInvite(
  { from, room, isDirect }: Invitation,
  patterns: readonly string[],
  isKnownRoom: (address: string) => boolean,
): boolean {
  // A private message through a room comes from the room's address, under a nick that anybody takes.
  if (isKnownRoom(from)) return false;
  const domain = domainOf(from);
  const isOwn = domainOf(room) === domain || domainOf(room).endsWith(`.${domain}`);
  if (!isDirect && !isOwn) return false;
  return patterns.some(
    (each) => each.toLowerCase() === from || each.toLowerCase() === `@${domain}`,
  );
}

function domainOf(address: string): string {
  return address.slice(address.indexOf("@") + 1);
}
