/** Recorded shapes as authors of backends and plugins write them, and events made from them. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { ChatEventSchema, SendMessageRequestSchema } from "@seabird-chat/protocol";
import type { Content } from "@seabird-chat/sdk";
import type { IncomingChannelMessage } from "@seabird-chat/sdk/backend";
import { envelope } from "../wire/envelopes.ts";
import { readRecorded, type ShapeName } from "./shape.ts";

function lineOf(name: ShapeName) {
  const event = fromBinary(ChatEventSchema, Buffer.from(readRecorded()[name].chatEvent, "base64"));
  if (event.inner.case !== "message") throw new Error(`the shape ${name} is no message`);
  return { line: event.inner.value, tags: event.tags };
}

/** What the backend reported. */
export function incomingMessage(name: ShapeName): IncomingChannelMessage {
  const { line, tags } = lineOf(name);
  const { id = "", displayName = "", account } = line.source?.user ?? {};
  const { info } = line;
  return {
    channel: line.source?.channelId ?? "",
    user: { id, displayName, account },
    tags,
    ...(info && { id: info.id, sentAt: info.sentAt && timestampDate(info.sentAt) }),
    ...(line.rootBlock === undefined ? { text: line.text } : { block: line.rootBlock }),
  };
}

/** The same line as an action (`/me`), in its envelope. */
export function chatAction(name: ShapeName): Buffer {
  const { line, tags } = lineOf(name);
  const { source, text, rootBlock, info } = line;
  const value = {
    ...{ source, text },
    ...(rootBlock !== undefined && { rootBlock }),
    ...(info !== undefined && { info }),
  };
  const event = create(ChatEventSchema, { inner: { case: "action", value }, tags });
  return envelope(toBinary(ChatEventSchema, event));
}

export interface OutgoingMessage {
  readonly content: Content;
  readonly tags: Record<string, string>;
}

/** What the plugin sent. */
export function outgoingMessage(name: ShapeName): OutgoingMessage {
  const bytes = Buffer.from(readRecorded()[name].sendMessage, "base64");
  const { text, rootBlock, tags } = fromBinary(SendMessageRequestSchema, bytes);
  return { content: rootBlock ?? text, tags };
}
