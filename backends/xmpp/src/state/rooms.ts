/** What is known of the rooms (XEP-0045) that the bot is in or joins, and of who is in them. */

/** Somebody in a room, under a nick. */
export interface Occupant {
  readonly nick: string;
  /** The bare address behind the nick, where the room shows it. */
  readonly account?: string | undefined;
  /** XEP-0421: the same for one person whatever the nick is; only for comparing, never shown. */
  readonly occupantId?: string | undefined;
  /** `none`, `visitor`, `participant` or `moderator`. */
  readonly role: string;
  /** `outcast`, `none`, `member`, `admin` or `owner`. */
  readonly affiliation: string;
}

/** What is known of a room. */
export interface RoomView {
  /** The bare address, lower case: the channel's id. */
  readonly address: string;
  /** The bot's own nick there. */
  readonly nick: string;
  /** The bot's own occupant id there (XEP-0421). */
  readonly occupantId: string | undefined;
  /** Whether the room's presence of the bot itself has come: all who are there are known then. */
  readonly isJoined: boolean;
  /** What the room says of itself (XEP-0030): `urn:xmpp:sid:0`, `urn:xmpp:occupant-id:0`, … */
  readonly features: ReadonlySet<string>;
  readonly name: string;
  readonly topic: string;
  /** By the nick as it is now. */
  occupant(nick: string): Occupant | undefined;
  occupants(): readonly Occupant[];
}

export interface RoomsView {
  /** Undefined: the address is not that of a room the bot is in or joins. */
  room(address: string): RoomView | undefined;
}
