/**
 * The table of actions, a row per RPC: its target, what is announced, what the backend is asked,
 * which answers mean success, and the response. `actions/action-runner.ts` runs them. The methods
 * of the services, the labels of metrics and the timeouts by action come from this table.
 */
import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import {
  type BackendName,
  type Block,
  type ChatEvent,
  type ChatRequest,
  EXIT_MESSAGE_TAG,
  Seabird,
  type Tags,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import type { PublishedInner } from "./codec/encode-event.ts";
import { mapBytes } from "./codec/utf8.ts";

type Announcement = PublishedInner;
type BackendRequest = ChatRequest["inner"];
type Answer = ChatEvent["inner"];

/** How one action is done. */
export interface ActionRow<I extends DescMessage, O extends DescMessage> {
  readonly rpc: DescMethodUnary<I, O>;
  /** Scopes of which the caller's token needs one. */
  readonly access: readonly ("plugin" | "read")[];
  /** Whether the token also needs the right to private messages, as readers of the event do. */
  readonly isPrivate: boolean;
  /** The field with the target's absolute id; named to a caller whose id cannot be read. */
  readonly field: "channel_id" | "user_id" | "backend_id";
  target(request: MessageShape<I>): string;
  /** The error's message where the target's backend is not connected. */
  readonly absentMessage: "unknown backend" | "backend not found";
  /** The caller's tags without core's own, and what core adds. */
  tags(request: MessageShape<I>): Tags;
  /** Only for sends: the content, to be normalised. */
  content?(request: MessageShape<I>): {
    readonly text: string;
    readonly rootBlock?: Block | undefined;
  };
  /** Only for sends: the event that is published before the backend is asked. */
  announce?(request: MessageShape<I>, content: MessageContent): Announcement;
  ask(request: MessageShape<I>, target: RequestTarget, content: MessageContent): BackendRequest;
  /** The answers that mean success. `failed` is understood in any case. */
  readonly accepts: readonly Answer["case"][];
  /** Bytes of the answer that go into the response, checked against `maxMessageBytes`; default: 0. */
  answerBytes?(answer: Answer): number;
  /** Default: the empty response. */
  respond?(answer: Answer, backend: BackendIdentity): MessageInitShape<O>;
}

/** A row, whatever its messages. */
export type AnyActionRow = ActionRow<DescMessage, DescMessage>;

/** A normalised message; without text and block where the action is no send. */
export interface MessageContent {
  readonly sender: string;
  readonly text: string;
  readonly rootBlock?: Block;
}

/** The target by the backend's own id, and the request's tags. */
export interface RequestTarget {
  readonly relative: string;
  readonly tags: Tags;
}

export interface BackendIdentity {
  /** Absolute: `irc://seabird`. */
  readonly id: string;
  readonly name: BackendName;
}

const toChannel = {
  access: ["plugin"],
  isPrivate: false,
  field: "channel_id",
  target: ({ channelId }: { channelId: string }) => channelId,
  absentMessage: "unknown backend",
  tags: ({ tags }: { tags: Tags }) => withoutCoreTags(tags),
} as const;

const toUser = {
  ...toChannel,
  isPrivate: true,
  field: "user_id",
  target: ({ userId }: { userId: string }) => userId,
} as const;

const toBackend = {
  ...toChannel,
  field: "backend_id",
  target: ({ backendId }: { backendId: string }) => backendId,
} as const;

/** The four sends differ in names only. */
const send = {
  content: <T>(request: T): T => request,
  accepts: ["success"],
} as const;

function inChannel({ relative, tags }: RequestTarget, { text, rootBlock }: MessageContent) {
  return { channelId: relative, text, tags, ...(rootBlock && { rootBlock }) };
}

function toPerson({ relative, tags }: RequestTarget, { text, rootBlock }: MessageContent) {
  return { userId: relative, text, tags, ...(rootBlock && { rootBlock }) };
}

function action<I extends DescMessage, O extends DescMessage>(
  rpc: DescMethodUnary<I, O>,
  row: Omit<ActionRow<I, O>, "rpc">,
): ActionRow<I, O> {
  return { rpc, ...row };
}

/** Keys are the RPCs' names, as in TypeScript. */
export const ACTIONS = {
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
    announce: ({ userId }, content) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionEvent", ...content, userId },
    }),
    ask: (_, target, content) => ({
      case: "performPrivateAction",
      value: { $typeName: "seabird.PerformPrivateActionChatRequest", ...toPerson(target, content) },
    }),
  }),
  joinChannel: action(Seabird.method.joinChannel, {
    ...toBackend,
    ask: ({ channelName }, { tags }) => ({
      case: "joinChannel",
      value: { $typeName: "seabird.JoinChannelChatRequest", channelName, tags },
    }),
    accepts: ["success", "joinChannel"],
  }),
  leaveChannel: action(Seabird.method.leaveChannel, {
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
  }),
  updateChannelInfo: action(Seabird.method.updateChannelInfo, {
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
  }),
  getBackendInfo: action(Seabird.method.getBackendInfo, {
    ...toBackend,
    access: ["plugin", "read"],
    absentMessage: "backend not found",
    tags: () => ({}),
    ask: () => ({
      case: "metadata",
      value: { $typeName: "seabird.MetadataChatRequest" },
    }),
    accepts: ["metadata"],
    answerBytes: (answer) => (answer.case === "metadata" ? mapBytes(answer.value.values) : 0),
    respond: (answer, { id, name: { type } }) => ({
      backend: { id, type },
      metadata: answer.case === "metadata" ? answer.value.values : {},
    }),
  }),
};

/** What a plugin can have core ask of a backend. */
export type ActionKind = keyof typeof ACTIONS;
type Row<K extends ActionKind> = (typeof ACTIONS)[K];
export type ActionRequest<K extends ActionKind> = MessageShape<Row<K>["rpc"]["input"]>;
export type ActionResponse<K extends ActionKind> = MessageShape<Row<K>["rpc"]["output"]>;
