/**
 * Conversations: a channel, or the private conversation with a user (docs/protocol.md:
 * "Conversations"). Ids are absolute towards plugins and relative towards backends.
 */
import { create } from "@bufbuild/protobuf";
import { type Conversation, ConversationSchema } from "./gen/common_pb.js";

/** The conversation that is a channel. */
export function channelConversation(channelId: string): Conversation {
  return create(ConversationSchema, { where: { case: "channelId", value: channelId } });
}

/** The private conversation with a user. */
export function userConversation(userId: string): Conversation {
  return create(ConversationSchema, { where: { case: "userId", value: userId } });
}

/**
 * What a conversation is: the member that is set and its id. Undefined if there is no conversation,
 * none of its members is set, or its id is empty.
 */
export function readConversation(
  conversation: Conversation | undefined,
): { readonly kind: "channel" | "user"; readonly id: string } | undefined {
  const where = conversation?.where;
  if (where?.case === undefined || where.value === "") return undefined;
  return { kind: where.case === "channelId" ? "channel" : "user", id: where.value };
}
