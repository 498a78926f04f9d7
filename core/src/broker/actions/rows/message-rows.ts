/**
 * The rows of the service `Messages` (the messages extension, docs/protocol.md). They need a
 * declared feature, and are announced once the backend has done them.
 */
import {
  type Emoji,
  MAX_EMOJI_BYTES,
  MAX_IDS_PER_CALL,
  MAX_MESSAGE_ID_BYTES,
  Messages,
} from "@seabird-chat/protocol";
import type { PublishedInner } from "../../codec/encode-event.ts";
import { withoutUserinfo } from "../../codec/url-userinfo.ts";
import { fits, mapBytes } from "../../codec/utf8.ts";
import { type Answer, action } from "./action-row.ts";
import { absoluteMembers } from "./members.ts";
import { ownConversation, toChannel, toConversation } from "./targets.ts";

export const MESSAGE_ROWS = {
  editMessage: action(Messages.method.editMessage, {
    ...toConversation,
    needs: { feature: "edit", refusal: "cannot edit messages" },
    problem: ({ messageIds }) => problemOfIds(messageIds),
    content: ({ text, rootBlock }) => ({ text, rootBlock }),
    ask: ({ messageIds }, target, { text, rootBlock }) => ({
      case: "editMessage",
      value: {
        $typeName: "seabird.EditMessageChatRequest",
        conversation: ownConversation(target),
        messageIds,
        text,
        ...(rootBlock && { rootBlock }),
        tags: target.tags,
      },
    }),
    accepts: ["success"],
    announceDone: ({ request, content: { sender, text, rootBlock }, result }) => {
      const { conversation, messageIds } = request;
      const id = result.messageIds[0] ?? messageIds[0] ?? "";
      const edited: PublishedInner = {
        case: "messageEdited",
        value: {
          $typeName: "common.MessageEditedEvent",
          ...(conversation && { conversation }),
          text,
          ...(rootBlock && { rootBlock }),
          info: { $typeName: "common.MessageInfo", id, referrer: "" },
          sender,
        },
      };
      const rest = replacedIds(messageIds, result.messageIds);
      return rest.length === 0 ? [edited] : [edited, deleted(request, rest, "", sender)];
    },
    respond: ({ result }) => ({ result }),
  }),
  deleteMessages: action(Messages.method.deleteMessages, {
    ...toConversation,
    needs: { feature: "delete", refusal: "cannot delete messages" },
    problem: ({ messageIds }) => problemOfIds(messageIds),
    ask: ({ messageIds, reason }, target) => ({
      case: "deleteMessages",
      value: {
        $typeName: "seabird.DeleteMessagesChatRequest",
        conversation: ownConversation(target),
        messageIds,
        reason,
        tags: target.tags,
      },
    }),
    accepts: ["success"],
    announceDone: ({ request, content: { sender }, answer }) => {
      const failed = failedIn(answer);
      const ids = [...new Set(request.messageIds)].filter((id) => !Object.hasOwn(failed, id));
      return ids.length === 0 ? [] : [deleted(request, ids, request.reason, sender)];
    },
    responseBytes: ({ answer }) => mapBytes(failedIn(answer)),
    respond: ({ answer }) => ({ failed: failedIn(answer) }),
  }),
  react: action(Messages.method.react, {
    ...toConversation,
    needs: { feature: "react", refusal: "cannot react to messages" },
    problem: ({ messageId, emoji, removed }) =>
      problemOfIds([messageId]) ?? problemOfEmoji(emoji, removed),
    ask: ({ messageId, emoji, removed }, target) => ({
      case: "react",
      value: {
        $typeName: "seabird.ReactChatRequest",
        conversation: ownConversation(target),
        messageId,
        ...emojiOf(emoji),
        removed,
        tags: target.tags,
      },
    }),
    accepts: ["success"],
    announceDone: ({ request: { conversation, messageId, emoji, removed }, content }) => [
      {
        case: "reaction",
        value: {
          $typeName: "common.ReactionEvent",
          ...(conversation && { conversation }),
          messageId,
          ...emojiOf(emoji),
          removed,
          sender: content.sender,
        },
      },
    ],
  }),
  setTyping: action(Messages.method.setTyping, {
    ...toConversation,
    needs: { feature: "typing", refusal: "cannot show typing" },
    tags: () => ({}),
    ask: ({ isActive }, target) => ({
      case: "setTyping",
      value: {
        $typeName: "seabird.SetTypingChatRequest",
        conversation: ownConversation(target),
        isActive,
      },
    }),
    accepts: ["success"],
  }),
  listMembers: action(Messages.method.listMembers, {
    ...toChannel,
    needs: { feature: "members", refusal: "cannot list members" },
    tags: () => ({}),
    ask: (_, { relative }) => ({
      case: "listMembers",
      value: { $typeName: "seabird.ListMembersChatRequest", channelId: relative },
    }),
    accepts: ["members"],
    respond: ({ answer, ...context }) =>
      answer.case === "members" ? absoluteMembers(answer.value, context) : {},
  }),
};

function problemOfIds(ids: readonly string[]): string | undefined {
  if (ids.length === 0 || ids.includes("")) return "missing message_id";
  if (ids.length > MAX_IDS_PER_CALL) {
    return `too many message ids: ${ids.length}, limit ${MAX_IDS_PER_CALL}`;
  }
  const isLong = ids.some((id) => !fits(id, MAX_MESSAGE_ID_BYTES));
  return isLong ? `a message_id may have ${MAX_MESSAGE_ID_BYTES} bytes` : undefined;
}

function problemOfEmoji(emoji: Emoji | undefined, removed: boolean): string | undefined {
  if (!isGiven(emoji)) return removed ? undefined : "missing emoji";
  const isLong = !fits(emoji.text, MAX_EMOJI_BYTES) || !fits(emoji.id, MAX_EMOJI_BYTES);
  return isLong ? `text and id of an emoji may have ${MAX_EMOJI_BYTES} bytes each` : undefined;
}

function isGiven(emoji: Emoji | undefined): emoji is Emoji {
  return emoji !== undefined && (emoji.text !== "" || emoji.id !== "");
}

/** An emoji for the backend and for the event; with nothing in it, it is none. */
function emojiOf(emoji: Emoji | undefined): { emoji?: Emoji } {
  if (!isGiven(emoji)) return {};
  return { emoji: { ...emoji, url: withoutUserinfo(emoji.url) } };
}

/** Those of a message's parts that are no more, now that an edit has left it with fewer. */
function replacedIds(before: readonly string[], now: readonly string[]): string[] {
  if (now.length === 0 || now.length >= before.length) return [];
  const gone = before.filter((id) => !now.includes(id));
  return gone.slice(Math.max(0, gone.length - (before.length - now.length)));
}

function failedIn(answer: Answer): { [messageId: string]: string } {
  return answer.case === "success" ? answer.value.failed : {};
}

type Where = Pick<Extract<PublishedInner, { case: "messageDeleted" }>["value"], "conversation">;

function deleted(
  { conversation }: Where,
  messageIds: string[],
  reason: string,
  sender: string,
): PublishedInner {
  return {
    case: "messageDeleted",
    value: {
      $typeName: "common.MessageDeletedEvent",
      ...(conversation && { conversation }),
      messageIds,
      reason,
      sender,
    },
  };
}
