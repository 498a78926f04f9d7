/**
 * The table of actions, a row each: who is meant, what everybody is told, what the backend is
 * asked, which answers count as done, and what the caller gets. `action-runner.ts` does them all.
 */
import { create } from "@bufbuild/protobuf";
import {
  BackendInfoResponseSchema,
  type Block,
  type ChatEvent,
  type ChatRequest,
  type Event,
  EXIT_MESSAGE_TAG,
  JoinChannelResponseSchema,
  LeaveChannelResponseSchema,
  PerformActionResponseSchema,
  PerformPrivateActionResponseSchema,
  SendMessageResponseSchema,
  SendPrivateMessageResponseSchema,
  type Tags,
  UpdateChannelInfoResponseSchema,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import type { ActionKind, ActionRequest, ActionResponse } from "./actions/action-kinds.ts";
import type { Backend } from "./registries/backends.ts";

export type RequestInner = ChatRequest["inner"];
export type EventInner = Event["inner"];
export type Answer = ChatEvent["inner"];

/** How one action is done. */
export interface ActionRow<K extends ActionKind> {
  /** The field with the target's absolute id; named to a caller whose id cannot be read. */
  readonly field: "channel_id" | "user_id" | "backend_id";
  target(request: ActionRequest<K>): string;
  /** Told to a caller whose target's backend is not connected. */
  readonly absent: "unknown backend" | "backend not found";
  readonly isPrivate: boolean;
  /** What goes on to the backend of the caller's tags, and what core adds. */
  tags(request: ActionRequest<K>): Tags;
  /** Only where the action says something: what that is, to be normalised. */
  says?(request: ActionRequest<K>): {
    readonly text: string;
    readonly rootBlock?: Block | undefined;
  };
  /** Only where the action says something: what everybody is told. */
  announce?(request: ActionRequest<K>, said: Said): EventInner;
  ask(request: ActionRequest<K>, to: Addressed, said: Said): RequestInner;
  /** The answers that mean it was done. Failed is always understood. */
  readonly accepts: readonly Answer["case"][];
  respond(answer: Answer, backend: Backend): ActionResponse<K>;
}

/** A message in its normalised form; without text and block where the action says nothing. */
export interface Said {
  readonly sender: string;
  readonly text: string;
  readonly rootBlock?: Block;
}

/** Whom a request is for, by the backend's own id, and its tags. */
export interface Addressed {
  readonly relative: string;
  readonly tags: Tags;
}

const toChannel = {
  field: "channel_id",
  target: ({ channelId }: { channelId: string }) => channelId,
  absent: "unknown backend",
  isPrivate: false,
  tags: ({ tags }: { tags: Tags }) => withoutCoreTags(tags),
} as const;

const toUser = {
  ...toChannel,
  field: "user_id",
  target: ({ userId }: { userId: string }) => userId,
  isPrivate: true,
} as const;

const toBackend = {
  ...toChannel,
  field: "backend_id",
  target: ({ backendId }: { backendId: string }) => backendId,
} as const;

/** The four sends differ in names only. */
const send = {
  says: <T>(request: T): T => request,
  accepts: ["success"],
} as const;

function inChannel({ relative, tags }: Addressed, { text, rootBlock }: Said) {
  return { channelId: relative, text, tags, ...(rootBlock && { rootBlock }) };
}

function toPerson({ relative, tags }: Addressed, { text, rootBlock }: Said) {
  return { userId: relative, text, tags, ...(rootBlock && { rootBlock }) };
}

export const ACTIONS: { readonly [K in ActionKind]: ActionRow<K> } = {
  sendMessage: {
    ...toChannel,
    ...send,
    announce: ({ channelId }, said) => ({
      case: "sendMessage",
      value: { $typeName: "seabird.SendMessageEvent", ...said, channelId },
    }),
    ask: (_, to, said) => ({
      case: "sendMessage",
      value: { $typeName: "seabird.SendMessageChatRequest", ...inChannel(to, said) },
    }),
    respond: () => create(SendMessageResponseSchema),
  },
  sendPrivateMessage: {
    ...toUser,
    ...send,
    announce: ({ userId }, said) => ({
      case: "sendPrivateMessage",
      value: { $typeName: "seabird.SendPrivateMessageEvent", ...said, userId },
    }),
    ask: (_, to, said) => ({
      case: "sendPrivateMessage",
      value: { $typeName: "seabird.SendPrivateMessageChatRequest", ...toPerson(to, said) },
    }),
    respond: () => create(SendPrivateMessageResponseSchema),
  },
  performAction: {
    ...toChannel,
    ...send,
    announce: ({ channelId }, said) => ({
      case: "performAction",
      value: { $typeName: "seabird.PerformActionEvent", ...said, channelId },
    }),
    ask: (_, to, said) => ({
      case: "performAction",
      value: { $typeName: "seabird.PerformActionChatRequest", ...inChannel(to, said) },
    }),
    respond: () => create(PerformActionResponseSchema),
  },
  performPrivateAction: {
    ...toUser,
    ...send,
    announce: ({ userId }, said) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionEvent", ...said, userId },
    }),
    ask: (_, to, said) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionChatRequest", ...toPerson(to, said) },
    }),
    respond: () => create(PerformPrivateActionResponseSchema),
  },
  joinChannel: {
    ...toBackend,
    ask: ({ channelName }, { tags }) => ({
      case: "joinChannel",
      value: { $typeName: "seabird.JoinChannelChatRequest", channelName, tags },
    }),
    accepts: ["success", "joinChannel"],
    respond: () => create(JoinChannelResponseSchema),
  },
  leaveChannel: {
    ...toChannel,
    tags: ({ tags, exitMessage }) =>
      exitMessage === ""
        ? withoutCoreTags(tags)
        : { ...withoutCoreTags(tags), [EXIT_MESSAGE_TAG]: exitMessage },
    ask: (_, { relative, tags }) => ({
      case: "leaveChannel",
      value: { $typeName: "seabird.LeaveChannelChatRequest", channelId: relative, tags },
    }),
    accepts: ["success", "leaveChannel"],
    respond: () => create(LeaveChannelResponseSchema),
  },
  updateChannelInfo: {
    ...toChannel,
    ask: ({ topic }, { relative, tags }) => ({
      case: "updateChannelInfo",
      value: {
        $typeName: "seabird.UpdateChannelInfoChatRequest",
        channelId: relative,
        topic,
        tags,
      },
    }),
    accepts: ["success", "changeChannel"],
    respond: () => create(UpdateChannelInfoResponseSchema),
  },
  getBackendInfo: {
    ...toBackend,
    absent: "backend not found",
    tags: () => ({}),
    ask: () => ({
      case: "metadata",
      value: { $typeName: "seabird.MetadataChatRequest" },
    }),
    accepts: ["metadata"],
    respond: (answer, { id, name: { type } }) =>
      create(BackendInfoResponseSchema, {
        backend: { id, type },
        metadata: answer.case === "metadata" ? answer.value.values : {},
      }),
  },
};
