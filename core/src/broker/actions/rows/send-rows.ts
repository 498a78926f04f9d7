/** The rows of the four sends: they are announced first, whatever the backend then does. */
import { Seabird } from "@seabird-chat/protocol";
import {
  action,
  type GivenContent,
  type MessageContent,
  type RequestTarget,
  type ResponseContext,
} from "./action-row.ts";
import { toChannel, toUser } from "./targets.ts";

const send = {
  content: <T extends GivenContent>(request: T): GivenContent => request,
  accepts: ["success"],
  respond: ({ result }: ResponseContext) => ({ result }),
} as const;

/** What an event and a request of a send have in common. */
function said({ text, rootBlock, options }: MessageContent) {
  return { text, ...(rootBlock && { rootBlock }), ...(options && { options }) };
}

function inChannel({ relative, tags }: RequestTarget, content: MessageContent) {
  return { ...said(content), channelId: relative, tags };
}

function toPerson({ relative, tags }: RequestTarget, content: MessageContent) {
  return { ...said(content), userId: relative, tags };
}

export const SEND_ROWS = {
  sendMessage: action(Seabird.method.sendMessage, {
    ...toChannel,
    ...send,
    announce: ({ channelId }, content) => ({
      case: "sendMessage",
      value: { $typeName: "seabird.SendMessageEvent", ...content, channelId },
    }),
    ask: (_, target, content) => ({
      case: "sendMessage",
      value: { $typeName: "seabird.SendMessageChatRequest", ...inChannel(target, content) },
    }),
  }),
  sendPrivateMessage: action(Seabird.method.sendPrivateMessage, {
    ...toUser,
    ...send,
    announce: ({ userId }, content) => ({
      case: "sendPrivateMessage",
      value: { $typeName: "seabird.SendPrivateMessageEvent", ...content, userId },
    }),
    ask: (_, target, content) => ({
      case: "sendPrivateMessage",
      value: { $typeName: "seabird.SendPrivateMessageChatRequest", ...toPerson(target, content) },
    }),
  }),
  performAction: action(Seabird.method.performAction, {
    ...toChannel,
    ...send,
    isAction: true,
    announce: ({ channelId }, content) => ({
      case: "performAction",
      value: { $typeName: "seabird.PerformActionEvent", ...content, channelId },
    }),
    ask: (_, target, content) => ({
      case: "performAction",
      value: { $typeName: "seabird.PerformActionChatRequest", ...inChannel(target, content) },
    }),
  }),
  performPrivateAction: action(Seabird.method.performPrivateAction, {
    ...toUser,
    ...send,
    isAction: true,
    announce: ({ userId }, content) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionEvent", ...content, userId },
    }),
    ask: (_, target, content) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionChatRequest", ...toPerson(target, content) },
    }),
  }),
};
