/** Queries that core answers from its own state: backends, channels, commands, core itself. */
import { create } from "@bufbuild/protobuf";
import {
  type ChannelInfoRequest,
  type ChannelInfoResponse,
  ChannelInfoResponseSchema,
  type CoreInfoResponse,
  CoreInfoResponseSchema,
  type ListChannelsRequest,
  type ListChannelsResponse,
} from "@seabird-chat/protocol";
import type { Caller } from "../caller.ts";
import { BrokerError } from "../errors.ts";
import { EXTENSIONS } from "../extensions.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Backend, Backends } from "./backends.ts";
import { readBackendId, readTargetId } from "./target-ids.ts";

/** What a caller without the right to private messages must not learn of is left out. */
export function listChannels(
  backends: Backends,
  { backendId }: ListChannelsRequest,
  { maxAbsoluteIdBytes }: ResolvedBrokerOptions,
  { mayPrivate }: Pick<Caller, "mayPrivate">,
): ListChannelsResponse {
  const { channels } = connected(backends.find(readBackendId(backendId, maxAbsoluteIdBytes)));
  return channels.list(mayPrivate);
}

export function channelInfo(
  backends: Backends,
  { channelId }: ChannelInfoRequest,
  { maxAbsoluteIdBytes }: ResolvedBrokerOptions,
  { mayPrivate }: Pick<Caller, "mayPrivate">,
): ChannelInfoResponse {
  const id = readTargetId("channel_id", channelId, maxAbsoluteIdBytes);
  const { channels, capabilities } = connected(backends.find(id));
  const channel = channels.get(id.relative);
  const isHidden = !mayPrivate && channels.isPrivate(id.relative);
  if (channel === undefined || isHidden) {
    throw new BrokerError("channel_not_found", "channel not found");
  }
  return create(ChannelInfoResponseSchema, {
    channel,
    capabilities: capabilities.effective(id.relative),
  });
}

function connected(backend: Backend | undefined): Backend {
  if (backend === undefined) throw new BrokerError("unknown_backend", "backend not found");
  return backend;
}

/** Both times in whole Unix seconds. */
export function coreInfo(startedAtMs: number, nowMs: number): CoreInfoResponse {
  return create(CoreInfoResponseSchema, {
    startupTimestamp: unixSeconds(startedAtMs),
    currentTimestamp: unixSeconds(nowMs),
    extensions: [...EXTENSIONS],
  });
}

const MS_PER_SECOND = 1_000;

function unixSeconds(ms: number): bigint {
  return BigInt(Math.floor(ms / MS_PER_SECOND));
}
