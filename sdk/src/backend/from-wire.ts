/** People, places and options of core's requests, as a backend's author gets them. Pure. */
import {
  type Conversation,
  type Emoji,
  readConversation,
  type SendOptions,
  type User,
  type MessageReference as WireReference,
} from "@seabird-chat/protocol";
import type { OutgoingMessage, OutgoingReaction } from "./backend-connection.ts";
import type { BackendUser, MessageReference, Target } from "./network-types.ts";

/** Throws a TypeError for a conversation of a kind that this version of the SDK does not know. */
export function fromConversation(conversation: Conversation | undefined): Target {
  const target = readConversation(conversation);
  if (target !== undefined) return target;
  throw new TypeError("the request names no channel and no user");
}

/** What is not asked for is missing. */
export function fromSendOptions(
  options: SendOptions | undefined,
): Pick<OutgoingMessage, "replyTo" | "startThread" | "persona" | "referrer"> {
  const { replyTo, startThread = false, persona, referrer = "" } = options ?? {};
  return {
    startThread,
    ...(replyTo !== undefined && replyTo.messageId !== "" && { replyTo: fromReference(replyTo) }),
    ...(persona && {
      persona: {
        id: persona.id,
        displayName: persona.displayName,
        avatarUrl: persona.avatarUrl,
      },
    }),
    ...(referrer !== "" && { referrer }),
  };
}

export function fromEmoji(emoji: Emoji | undefined): OutgoingReaction["emoji"] {
  return emoji && { text: emoji.text, id: emoji.id, url: emoji.url };
}

function fromReference({ messageId, author, text, conversation }: WireReference): MessageReference {
  return {
    messageId,
    text,
    ...(author && { author: fromUser(author) }),
    ...(readConversation(conversation) && { conversation: fromConversation(conversation) }),
  };
}

function fromUser({ id, displayName, avatarUrl, isBot, account }: User): BackendUser {
  return { id, displayName, avatarUrl, isBot, account };
}
