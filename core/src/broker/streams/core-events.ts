/** The events that core makes of what it knows itself: of channels and of backends. */
import { create } from "@bufbuild/protobuf";
import {
  type BackendChange,
  BackendEventSchema,
  type BackendName,
  ChannelEventSchema,
} from "@seabird-chat/protocol";
import { type EncodedEvent, encodeEvent } from "../codec/encode-event.ts";
import type { ChannelListChange } from "../registries/channels.ts";

export function channelEvent({ change, channel, isPrivate }: ChannelListChange): EncodedEvent {
  const value = create(ChannelEventSchema, { change, channel });
  return encodeEvent({ inner: { case: "channel", value }, tags: {} }, isPrivate);
}

/** `backend`: its absolute id, and its name. */
export function backendEvent(
  change: BackendChange,
  { id, name: { type } }: { readonly id: string; readonly name: BackendName },
  reason = "",
): EncodedEvent {
  const value = create(BackendEventSchema, { change, backend: { id, type }, reason });
  return encodeEvent({ inner: { case: "backend", value }, tags: {} }, false);
}
