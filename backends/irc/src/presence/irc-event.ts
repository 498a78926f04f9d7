/** What happens on the network, as events. Imports nothing. */

/** Something that happened on the network. A channel's name is as the server writes it. */
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
  /** Somebody wants us in a channel. */
  | { readonly kind: "invite"; readonly channel: string; readonly origin: Origin }
  /** Somebody's client asks ours something (CTCP): `VERSION`, `PING 123`. */
  | { readonly kind: "query"; readonly nick: string; readonly query: string };

/** Where a message comes from. */
export interface Origin {
  /** `nick!user@host`, as the server shows it. */
  readonly mask: string;
  /** The account that services know the speaker by, as far as the server tells. */
  readonly account?: string | undefined;
  /** The server's own name for the message. */
  readonly msgid?: string | undefined;
  /** When the server had it (server-time): ISO 8601. */
  readonly time?: string | undefined;
}
