/** Hands events to the SDK, which says what a message in a channel is. */
import type { BackendHost } from "@seabird-chat/sdk/backend";
import type { NetworkEvent } from "./inbound.ts";

type Host = Pick<BackendHost, "emit" | "channels" | "members">;

const REPORTS: {
  readonly [Kind in NetworkEvent["kind"]]: (
    host: Host,
    event: Extract<NetworkEvent, { kind: Kind }>,
  ) => unknown;
} = {
  message: ({ emit }, { message }) => emit.message(message),
  notice: ({ emit }, { message }) => emit.plainMessage(message),
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
};

export function report(host: Host, event: NetworkEvent): void {
  const toHost = REPORTS[event.kind] as (host: Host, event: NetworkEvent) => unknown;
  toHost(host, event);
}
