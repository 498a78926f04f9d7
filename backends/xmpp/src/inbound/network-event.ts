/** What stanzas mean to core, and what of the network is needed to tell. */
import type {
  BackendChannel,
  IncomingChannelMessage,
  IncomingDeletion,
  IncomingEdit,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
  Target,
} from "@seabird-chat/sdk/backend";
import type { ReactionSet } from "../state/reaction-sets.ts";
import type { RecentMessage } from "../state/recent-messages.ts";
import type { RoomsView } from "../state/rooms.ts";

/** An event for core. Whether a message is a command or a mention, the SDK recognises. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly message: IncomingChannelMessage }
  /** One that was held back for longer than a command is good for, so that it is none. */
  | { readonly kind: "lateMessage"; readonly message: IncomingChannelMessage }
  | { readonly kind: "action"; readonly message: IncomingChannelMessage }
  | { readonly kind: "privateMessage"; readonly message: IncomingMessage }
  | { readonly kind: "privateAction"; readonly message: IncomingMessage }
  | { readonly kind: "edited"; readonly edit: IncomingEdit }
  | { readonly kind: "deleted"; readonly deletion: IncomingDeletion }
  | { readonly kind: "reaction"; readonly reaction: IncomingReaction }
  | { readonly kind: "typing"; readonly typing: IncomingTyping }
  | { readonly kind: "memberJoined"; readonly member: IncomingMember }
  | { readonly kind: "memberLeft"; readonly member: IncomingMember }
  | { readonly kind: "memberRemoved"; readonly member: IncomingRemoval }
  | { readonly kind: "userChanged"; readonly change: IncomingUserChange }
  | { readonly kind: "changed"; readonly channel: BackendChannel };

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
  readonly events: readonly NetworkEvent[];
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
