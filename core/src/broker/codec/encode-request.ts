/**
 * Encoding requests to backends. The four sends, which are nearly all of them, are written by
 * hand, as events are; a test compares them with the generic encoder.
 */
import { toBinary } from "@bufbuild/protobuf";
import { ChatRequestSchema } from "@seabird-chat/protocol";
import type { RequestInner } from "../actions.ts";
import { WireWriter } from "./wire-writer.ts";
import { writeTags, writeText } from "./write-text.ts";

/** Field numbers in seabird.ChatRequest (protocol: "Messages"). */
const SENDS = {
  sendMessage: 2,
  sendPrivateMessage: 3,
  performAction: 7,
  performPrivateAction: 8,
} as const;

type Send = Extract<RequestInner, { case: keyof typeof SENDS }>;

const writer = new WireWriter();

export function encodeRequest(id: string, inner: RequestInner): Uint8Array {
  if (!isSend(inner)) {
    return toBinary(ChatRequestSchema, { $typeName: "seabird.ChatRequest", id, inner });
  }
  const { value } = inner;
  writer.reset();
  writer.text(1, id);
  const opened = writer.open(SENDS[inner.case]);
  writer.text(1, "channelId" in value ? value.channelId : value.userId);
  writeText(writer, 2, value.text, 4, value.rootBlock);
  writeTags(writer, 3, value.tags);
  writer.close(opened);
  return writer.finish();
}

function isSend(inner: RequestInner): inner is Send {
  return inner.case !== undefined && inner.case in SENDS;
}
