/** What the load says, encoded once beforehand, and the little of the answers that it must read. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  absoluteId,
  ChatEventSchema,
  EventSchema,
  normaliseMessage,
  SendMessageRequestSchema,
} from "@seabird-chat/protocol";
import { envelope } from "../wire/envelopes.ts";

export const BACKEND_TYPE = "bench";
export const CHANNEL = "#bench";

/** A text of so many bytes, as a chat line is one. */
export function chatLine(bytes: number): string {
  const words = "the quick brown fox jumps over the lazy dog and tells the whole channel of it ";
  return words.repeat(Math.ceil(bytes / words.length)).slice(0, bytes);
}

/** A backend's message event, in its envelope. */
export function chatMessage(text: string): Buffer {
  const source = { channelId: CHANNEL, user: { id: "user-1", displayName: "somebody" } };
  const event = create(ChatEventSchema, {
    inner: { case: "message", value: { source, text } },
  });
  return envelope(toBinary(ChatEventSchema, event));
}

/** What a core makes of it for its streams (protocol: "Blocks and text"), in its envelope. */
export function deliveredMessage(text: string, backendId: string): Buffer {
  const owner = { type: BACKEND_TYPE, id: backendId };
  const normal = normaliseMessage(text, undefined);
  const event = create(EventSchema, {
    inner: {
      case: "message",
      value: {
        source: {
          channelId: absoluteId(owner, CHANNEL),
          user: { id: absoluteId(owner, "user-1"), displayName: "somebody" },
        },
        text: normal.text,
        rootBlock: normal.rootBlock,
      },
    },
    tags: { "core/original-format": normal.format },
  });
  return envelope(toBinary(EventSchema, event));
}

export function hello(backendId: string): Buffer {
  const backendInfo = { type: BACKEND_TYPE, id: backendId };
  const event = create(ChatEventSchema, { inner: { case: "hello", value: { backendInfo } } });
  return envelope(toBinary(ChatEventSchema, event));
}

/** A plugin's SendMessage to a channel of that backend. */
export function sendMessage(backendId: string, text: string): Buffer {
  const channelId = absoluteId({ type: BACKEND_TYPE, id: backendId }, CHANNEL);
  const request = create(SendMessageRequestSchema, { channelId, text });
  return envelope(toBinary(SendMessageRequestSchema, request));
}

const ID_TAG = 0x0a;
const SUCCESS = Buffer.of(0x1a, 0);

/** The backend's answer Success to a ChatRequest; `undefined` if that has no id. */
export function successFor(request: Buffer): Buffer | undefined {
  // Field 1 comes first from every encoder in use; an id longer than 127 bytes from none.
  const length = request[1] ?? 0;
  if (request[0] !== ID_TAG || length === 0 || length > 127) return undefined;
  return envelope(Buffer.concat([request.subarray(0, 2 + length), SUCCESS]));
}
