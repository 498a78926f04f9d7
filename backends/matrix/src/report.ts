/** Hands events to the SDK, which says what a message in a channel is. */
import { type BackendHost, pause } from "@seabird-chat/sdk/backend";
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

/** Resolves when nothing waits for core any more, or the backend ends, with whether core has it. */
export async function delivered({ emit }: Pick<BackendHost, "emit">): Promise<boolean> {
  await emit.flushed();
  return emit.waiting === 0;
}

/** Milliseconds. */
const SOON_MS = 1_000;

/** The same, but for a second at most. */
export async function deliveredSoon(host: Pick<BackendHost, "emit" | "clock">): Promise<void> {
  const ended = new AbortController();
  await Promise.race([delivered(host), pause(host.clock, SOON_MS, ended.signal)]);
  ended.abort();
}
