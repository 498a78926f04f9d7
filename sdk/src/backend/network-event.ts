/** What happened on a network as data, for backends that read their network's messages by pure functions. */
import type { BackendChannel } from "./channels.ts";
import type { BackendHost } from "./host.ts";
import type {
  IncomingChannelMessage,
  IncomingDeletion,
  IncomingEdit,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
} from "./incoming.ts";

/** An event for core. Whether a message is a command or a mention, `emit.message` recognises. */
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
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel }
  | { readonly kind: "left"; readonly channelId: string };

type EventHost = Pick<BackendHost, "emit" | "channels" | "members">;

const REPORTS: {
  readonly [Kind in NetworkEvent["kind"]]: (
    host: EventHost,
    event: Extract<NetworkEvent, { kind: Kind }>,
  ) => unknown;
} = {
  message: ({ emit }, { message }) => emit.message(message),
  action: ({ emit }, { message }) => emit.action(message),
  privateMessage: ({ emit }, { message }) => emit.privateMessage(message),
  privateAction: ({ emit }, { message }) => emit.privateAction(message),
  edited: ({ emit }, { edit }) => emit.edited(edit),
  deleted: ({ emit }, { deletion }) => emit.deleted(deletion),
  reaction: ({ emit }, { reaction }) => emit.reaction(reaction),
  typing: ({ emit }, { typing }) => emit.typing(typing),
  memberJoined: ({ members }, { member }) => members.joined(member),
  memberLeft: ({ members }, { member }) => members.left(member),
  memberRemoved: ({ members }, { member }) => members.removed(member),
  userChanged: ({ members }, { change }) => members.changed(change),
  joined: ({ channels }, { channel }) => channels.joined(channel),
  changed: ({ channels }, { channel }) => channels.changed(channel),
  left: ({ channels }, { channelId }) => channels.left(channelId),
};

/** Reports it by the function of the host that is for its kind. */
export function reportEvent(host: EventHost, event: NetworkEvent): void {
  const toHost = REPORTS[event.kind] as (host: EventHost, event: NetworkEvent) => unknown;
  toHost(host, event);
}
