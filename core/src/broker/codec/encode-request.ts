/**
 * Encodes requests to backends. The four sends, which are the most frequent, are written by hand;
 * all others go to the generic encoder. A test compares the two.
 */
import { toBinary } from "@bufbuild/protobuf";
import { type ChatRequest, ChatRequestSchema } from "@seabird-chat/protocol";
import { WireWriter } from "./wire-writer.ts";
import { writeTags, writeText } from "./write-text.ts";

/** Field numbers in seabird.ChatRequest (protocol: "Messages"). */
const SENDS = {
  sendMessage: 2,
  sendPrivateMessage: 3,
  performAction: 7,
  performPrivateAction: 8,
} as const;

type Send = Extract<ChatRequest["inner"], { case: keyof typeof SENDS }>;

const writer = new WireWriter();

export function encodeRequest(id: string, inner: ChatRequest["inner"]): Uint8Array {
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

function isSend(inner: ChatRequest["inner"]): inner is Send {
  return inner.case !== undefined && inner.case in SENDS;
}
