/** What stanzas mean to core, and what of the network is needed to tell. */
import type { IncomingChannelMessage, NetworkEvent, Target } from "@seabird-chat/sdk/backend";
import type { ReactionSet } from "../state/reaction-sets.ts";
import type { RecentMessage } from "../state/recent-messages.ts";
import type { RoomsView } from "../state/rooms.ts";

/** The rooms that the bot is in are told by the connection. */
export type StanzaEvent =
  | Exclude<NetworkEvent, { kind: "joined" | "left" }>
  /** One that was held back for longer than a command is good for, so that it is none. */
  | { readonly kind: "lateMessage"; readonly message: IncomingChannelMessage };

/** What the network is like before the stanza; `XmppNetwork` lets the stanza change it afterwards. */
export interface InboundView extends RoomsView {
  /** The bot's own bare address. */
  readonly self: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** A message that was remembered, by either of its ids. */
  earlier(conversation: Target, id: string): RecentMessage | undefined;
  /** Somebody's reactions to a message so far. */
  reactions(of: Omit<ReactionSet, "emojis">): readonly string[];
}

/** What a stanza means. */
export interface Inbound {
  readonly events: readonly StanzaEvent[];
  /** Messages, corrected ones too, as later stanzas may refer to them. In this order. */
  readonly remember?: readonly RecentMessage[] | undefined;
  /** The whole set that somebody's reactions are now. */
  readonly reactions?: ReactionSet | undefined;
  /** Somebody's address in a room is free for others (`RecentMessages.authorLeft`). */
  readonly left?: { readonly room: string; readonly userId: string } | undefined;
  /** The user whose message was left out, since it is encrypted and so says nothing to a bot. */
  readonly encryptedFrom?: string | undefined;
}

export const NOTHING: Inbound = { events: [] };
