/** Where a message is, and how another one refers to it; and their form on the wire. Pure. */

import { inspect } from "node:util";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConversationSchema, MessageReferenceSchema } from "@seabird-chat/protocol";
import { argumentError } from "./call-site.ts";

/** A channel, or the private conversation with a user, by absolute id. */
export type Conversation = { readonly channelId: string } | { readonly userId: string };

/** An earlier message. */
export interface MessageReference {
  /** The network's own id. Empty: a network without ids; then it refers to nothing. */
  readonly id: string;
  /** For networks that cannot reply: they quote the author and the text. */
  readonly author?: { readonly id: string; readonly displayName: string } | undefined;
  /** Core cuts it to 300 bytes. */
  readonly text?: string | undefined;
  /** Only if it is another conversation than the answer's. */
  readonly conversation?: Conversation | undefined;
}

/** Throws `invalid_argument` for what code without types takes for one, such as an id. */
export function checkConversation(where: Conversation): void {
  const { channelId, userId }: Readonly<Record<string, unknown>> = Object(where);
  if (typeof channelId === "string" || (channelId === undefined && typeof userId === "string"))
    return;
  const what = `a conversation is ${inspect(where)}; give { channelId } or { userId }`;
  throw argumentError("invalid_argument", what);
}

export function conversationToWire(
  where: Conversation,
): MessageInitShape<typeof ConversationSchema> {
  checkConversation(where);
  return "channelId" in where
    ? { where: { case: "channelId", value: where.channelId } }
    : { where: { case: "userId", value: where.userId } };
}

export function referenceToWire({
  id,
  author,
  text = "",
  conversation,
}: MessageReference): MessageInitShape<typeof MessageReferenceSchema> {
  return {
    messageId: id,
    text,
    ...(author && { author: { id: author.id, displayName: author.displayName } }),
    ...(conversation && { conversation: conversationToWire(conversation) }),
  };
}
