/**
 * The fast path for the most frequent messages of actions: a send with an id and a text in ASCII,
 * and a backend's Success. The library needs several times as long; a test compares the two.
 */
import { Buffer } from "node:buffer";
import type { DescMessage, Message } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  ChatEventSchema,
  type PerformActionRequest,
  PerformActionRequestSchema,
  type PerformPrivateActionRequest,
  PerformPrivateActionRequestSchema,
  type SendMessageRequest,
  SendMessageRequestSchema,
  type SendPrivateMessageRequest,
  SendPrivateMessageRequestSchema,
} from "@seabird-chat/protocol";

/** Tags of fields with texts or messages (protocol: "Messages"). */
const FIRST_TEXT = 0x0a;
const SECOND_TEXT = 0x12;
const SUCCESS = 0x1a;
/** A length, and a unit, of one byte are below. */
const ONE_BYTE = 0x80;

type Read = (bytes: Buffer) => Message | undefined;

type Send =
  | SendMessageRequest
  | SendPrivateMessageRequest
  | PerformActionRequest
  | PerformPrivateActionRequest;

const sends =
  (make: (id: string, text: string) => Send): Read =>
  (bytes) =>
    readSend(bytes, make);

const READERS = new Map<DescMessage, Read>([
  [ChatEventSchema, readSuccess],
  [
    SendMessageRequestSchema,
    sends((channelId, text) => ({
      $typeName: "seabird.SendMessageRequest",
      channelId,
      text,
      tags: {},
    })),
  ],
  [
    SendPrivateMessageRequestSchema,
    sends((userId, text) => ({
      $typeName: "seabird.SendPrivateMessageRequest",
      userId,
      text,
      tags: {},
    })),
  ],
  [
    PerformActionRequestSchema,
    sends((channelId, text) => ({
      $typeName: "seabird.PerformActionRequest",
      channelId,
      text,
      tags: {},
    })),
  ],
  [
    PerformPrivateActionRequestSchema,
    sends((userId, text) => ({
      $typeName: "seabird.PerformPrivateActionRequest",
      userId,
      text,
      tags: {},
    })),
  ],
]);

/** The message as the library decodes it; `undefined`: the library has to decode it. */
export function fastDecode(schema: DescMessage, bytes: Uint8Array): Message | undefined {
  return Buffer.isBuffer(bytes) ? READERS.get(schema)?.(bytes) : undefined;
}

/** Reads an id and an empty Success, and nothing else. */
function readSuccess(bytes: Buffer): ChatEvent | undefined {
  const idEnd = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== FIRST_TEXT || bytes.length !== idEnd + 2) return undefined;
  if (bytes[idEnd] !== SUCCESS || bytes[idEnd + 1] !== 0) return undefined;
  const id = readAscii(bytes, 2, idEnd);
  if (id === undefined) return undefined;
  const value = { $typeName: "seabird.SuccessChatEvent" as const };
  return { $typeName: "seabird.ChatEvent", id, inner: { case: "success", value }, tags: {} };
}

/** Reads an id and a text, each of less than 128 bytes, and nothing else. */
function readSend(bytes: Buffer, make: (id: string, text: string) => Send): Send | undefined {
  const idEnd = 2 + (bytes[1] ?? 0);
  if (bytes[0] !== FIRST_TEXT || bytes[idEnd] !== SECOND_TEXT) return undefined;
  if (bytes.length !== idEnd + 2 + (bytes[idEnd + 1] ?? 0)) return undefined;
  const id = readAscii(bytes, 2, idEnd);
  const text = readAscii(bytes, idEnd + 2, bytes.length);
  return id === undefined || text === undefined ? undefined : make(id, text);
}

/** `undefined` if it is not ASCII, or its length takes more than one byte. */
function readAscii(bytes: Buffer, from: number, to: number): string | undefined {
  if (to - from >= ONE_BYTE) return undefined;
  for (let at = from; at < to; at++) if ((bytes[at] ?? ONE_BYTE) >= ONE_BYTE) return undefined;
  return bytes.toString("latin1", from, to);
}
