/** Holds the transcoder to decoding, `ingest.ts` and encoding. */
import assert from "node:assert/strict";
import { create, toBinary } from "@bufbuild/protobuf";
import { ChatEventSchema } from "@seabird-chat/protocol";
import { RequestQueue } from "../actions/request-queue.ts";
import { Requests } from "../actions/requests.ts";
import { decodeMessage } from "../codec/decode.ts";
import type { EncodedEvent } from "../codec/encode-event.ts";
import {
  type TranscodeContext,
  type TranscodedEvent,
  transcodeEvent,
} from "../codec/transcode-event.ts";
import { BrokerError } from "../errors.ts";
import { DropResult, ingest } from "../ingest.ts";
import { resolveBrokerOptions } from "../options.ts";
import { Backend } from "../registries/backends.ts";
import type { EventInit } from "./any-event.ts";
import { ManualClock } from "./manual-clock.ts";

export const options = resolveBrokerOptions({ maxIdBytes: 20 });
const caller = {
  name: "irc",
  tokenId: "t",
  mayPrivate: true,
  mayUsePersona: true,
  mayMentionEveryone: true,
  mayBeBackend: () => true,
};
const backend = new Backend({
  name: { type: "irc", id: "my.net" },
  connectionId: "b1",
  caller,
  peer: { address: "", isAlive: async () => true },
  queue: new RequestQueue({ maxRequests: 1, maxBytes: 1 }),
  requests: new Requests(new ManualClock()).forBackend(),
  options,
  wallMs: () => 0,
  end: () => undefined,
  onChannelChange: () => undefined,
  onNetworkChange: () => undefined,
});
const idPrefix = `${backend.id}/`;

for (const [relativeId, isPrivate] of [
  ["#open", false],
  ["#private", true],
] as const) {
  const details = { relativeId, displayName: "", topic: "", parentId: "", rootMessageId: "" };
  backend.channels.join({ ...details, isPrivate });
}
export const context: TranscodeContext = { backend, idPrefix, options };

/** What decoding, `ingest` and encoding make of it: an event, or why there is none. */
function decoded(bytes: Uint8Array, limits = options): TranscodedEvent | string {
  const published: EncodedEvent[] = [];
  const publish = (event: EncodedEvent) => void published.push(event);
  try {
    const event = decodeMessage(ChatEventSchema, bytes, limits.maxEventFields);
    const dropped = ingest(event, { backend, idPrefix, options: limits, publish });
    if (dropped instanceof DropResult) return dropped.reason;
    const [encoded] = published;
    if (event.id !== "" || encoded === undefined) return "more or less than an event";
    return { kind: event.inner.case ?? "none", encoded };
  } catch (reason) {
    if (reason instanceof BrokerError) return reason.code;
    throw reason;
  }
}

/** Whether it is transcoded; then decoding must have made the same of it. */
export function isTranscoded(bytes: Uint8Array, limits = options): boolean {
  // Whatever the bytes are, decoding does not fail otherwise than by refusing them.
  const expected = decoded(bytes, limits);
  const transcoded = transcodeEvent(bytes, { ...context, options: limits });
  if (transcoded === undefined) return false;
  assert.ok(typeof expected === "object", `decoding refuses it: ${expected}`);
  assert.equal(transcoded.kind, expected.kind);
  assert.equal(transcoded.encoded.isPrivate, expected.encoded.isPrivate);
  const [found, wanted] = [transcoded, expected].map(({ encoded }) => Buffer.from(encoded.message));
  assert.deepEqual(found, wanted);
  return true;
}

export function encoded(init: EventInit): Uint8Array {
  return toBinary(ChatEventSchema, create(ChatEventSchema, init));
}
