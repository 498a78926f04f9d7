/** What happens on the network, as events. Imports nothing. */

/** An event on the network. A channel's name is as the server spells it. */
export type IrcEvent =
  | {
      readonly kind: "message" | "action";
      readonly target: string;
      readonly nick: string;
      readonly text: string;
      readonly origin: Origin;
    }
  | { readonly kind: "joined"; readonly channel: string; readonly topic: string }
  | { readonly kind: "left"; readonly channel: string; readonly why: "part" | "kick" | "lost" }
  | {
      readonly kind: "topic";
      readonly channel: string;
      readonly topic: string;
      readonly nick: string;
    }
  | { readonly kind: "nick"; readonly nick: string }
  /** Somebody invites the bot to a channel. */
  | { readonly kind: "invite"; readonly channel: string; readonly origin: Origin }
  /** A CTCP query to the bot: `VERSION`, `PING 123`. */
  | { readonly kind: "query"; readonly nick: string; readonly query: string };

/** The source of a message. */
export interface Origin {
  /** `nick!user@host`, as the server shows it. */
  readonly mask: string;
  /** The account by which services identify the sender, if the server shows it. */
  readonly account?: string | undefined;
  /** The server's id of the message. */
  readonly msgid?: string | undefined;
  /** When the server received it (server-time): ISO 8601. */
  readonly time?: string | undefined;
}
