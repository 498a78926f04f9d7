/** What happens on the network, as events. Imports nothing. */

/** An event on the network. A channel's name is as the server spells it. */
export type IrcEvent =
  | ({ readonly kind: "message" | "action"; readonly text: string } & Addressed)
  /** A message of the bot itself has come back, with its id. */
  | {
      readonly kind: "echo";
      readonly target: string;
      readonly text: string;
      readonly msgid: string;
    }
  /** Somebody reacts to a message, or takes that back. */
  | ({
      readonly kind: "reaction";
      readonly messageId: string;
      readonly emoji: string;
      readonly removed: boolean;
    } & Addressed)
  | ({ readonly kind: "typing"; readonly isActive: boolean } & Addressed)
  /** Somebody deletes a message. */
  | ({ readonly kind: "redacted"; readonly messageId: string; readonly reason: string } & Addressed)
  | { readonly kind: "joined"; readonly channel: string; readonly topic: string }
  | { readonly kind: "left"; readonly channel: string; readonly why: "part" | "kick" | "lost" }
  | {
      readonly kind: "topic";
      readonly channel: string;
      readonly topic: string;
      readonly nick: string;
    }
  | { readonly kind: "nick"; readonly nick: string }
  /** Somebody else comes into one of the bot's channels, or goes from it. */
  | {
      readonly kind: "member";
      readonly change: "joined" | "left" | "removed";
      readonly channel: string;
      readonly person: Person;
      /** Who removed them; a server that did has no nick. */
      readonly by?: Person | undefined;
      readonly reason: string;
    }
  /** Somebody has another nick or account. */
  | { readonly kind: "person"; readonly before: Person; readonly person: Person }
  /** Somebody invites the bot to a channel. */
  | { readonly kind: "invite"; readonly channel: string; readonly origin: Origin }
  /** A CTCP query to the bot: `VERSION`, `PING 123`. */
  | { readonly kind: "query"; readonly nick: string; readonly query: string };

/** What somebody sends to a channel or to the bot. */
export interface Addressed {
  readonly target: string;
  readonly nick: string;
  readonly origin: Origin;
}

export interface Person {
  readonly nick: string;
  /** Undefined: not logged in, or not known. */
  readonly account?: string | undefined;
  /** The network marks it as a bot. */
  readonly isBot?: boolean | undefined;
}

/** The source of a message. */
export interface Origin {
  /** `nick!user@host`, as the server shows it. */
  readonly mask: string;
  /** The account by which services identify the sender, if the server shows it. */
  readonly account?: string | undefined;
  /** The network marks the sender as a bot. */
  readonly isBot?: boolean | undefined;
  /** The server's id of the message. */
  readonly msgid?: string | undefined;
  /** The id of the message that it answers. */
  readonly replyTo?: string | undefined;
  /** When the server received it (server-time): ISO 8601. */
  readonly time?: string | undefined;
}
