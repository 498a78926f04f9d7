/** Stanzas of the network as events for core. Pure. */
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
import type { Stanza } from "./stanza.ts";
import type { ReactionSet } from "./state/reaction-sets.ts";
import type { RecentMessage } from "./state/recent-messages.ts";
import type { RoomsView } from "./state/rooms.ts";

/** An event for core. Whether a message is a command or a mention, the SDK recognises. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly message: IncomingChannelMessage }
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
  /** A message that was remembered, by either of its ids. */
  earlier(conversation: Target, id: string): RecentMessage | undefined;
  /** Somebody's reactions to a message so far. */
  reactions(of: Omit<ReactionSet, "emojis">): readonly string[];
}

/** What a stanza means. */
export interface Inbound {
  readonly events: readonly NetworkEvent[];
  /** Messages, corrected ones too, as later stanzas may refer to them. */
  readonly remember?: readonly RecentMessage[] | undefined;
  /** The whole set that somebody's reactions are now. */
  readonly reactions?: ReactionSet | undefined;
}

/**
 * What a `message` or `presence` means. The bot's own (reflections, its presence in a room) makes no
 * events, but is remembered. Never throws.
 *
 * Joins and departures of the bot itself are the room's state (`state/rooms.ts`), not this one's.
 */
export function toNetworkEvents(_stanza: Stanza, _view: InboundView): Inbound {
  return { events: [] };
}
