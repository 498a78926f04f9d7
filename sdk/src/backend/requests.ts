/** Core's requests to a backend: who handles them, and one answer for each. */
import type { Block, ChatRequest } from "@seabird-chat/protocol";
import { EXIT_MESSAGE_TAG } from "@seabird-chat/protocol";
import { errorMessage } from "@seabird-chat/runtime";
import { type Answer, failed } from "./answers.ts";

interface WithTags {
  readonly tags: Readonly<Record<string, string>>;
}
interface ToSay extends WithTags {
  /** Plain text, always there. */
  readonly text: string;
  /** The same with its formatting. */
  readonly rootBlock?: Block | undefined;
}
/** Ids in requests are relative: the network's own. */
export interface ChannelSend extends ToSay {
  readonly channelId: string;
}
export interface UserSend extends ToSay {
  readonly userId: string;
}
export interface JoinRequest extends WithTags {
  readonly channelName: string;
}
export interface LeaveRequest extends WithTags {
  readonly channelId: string;
  /** Empty if none was given. */
  readonly exitMessage: string;
}
export interface UpdateRequest extends WithTags {
  readonly channelId: string;
  readonly topic: string;
}

export interface RequestContext {
  /** The request's own name in core, used once and never again. */
  readonly requestId: string;
  /** Aborted when nobody waits for the answer any more: core is gone, or time is up. */
  readonly signal: AbortSignal;
  /** The clock's `now()` at the request's arrival. Core waits 10 s unless set otherwise. */
  readonly receivedAtMs: number;
}

type Handler<R> = (request: R, context: RequestContext) => Answer | Promise<Answer>;

/**
 * One handler per kind. They are started in the order of arrival and may run at the same
 * time. What they return is the answer, what they throw becomes Failed with its message; a
 * kind without handler is answered Failed.
 */
export interface BackendHandlers {
  readonly sendMessage?: Handler<ChannelSend>;
  readonly sendPrivateMessage?: Handler<UserSend>;
  readonly performAction?: Handler<ChannelSend>;
  readonly performPrivateAction?: Handler<UserSend>;
  readonly joinChannel?: Handler<JoinRequest>;
  readonly leaveChannel?: Handler<LeaveRequest>;
  readonly updateChannelInfo?: Handler<UpdateRequest>;
  /** Protocol: GetBackendInfo. Default: no values. */
  readonly metadata?: (
    context: RequestContext,
  ) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

/** Always resolves. */
export async function answerTo(
  request: ChatRequest,
  handlers: BackendHandlers,
  context: RequestContext,
): Promise<Answer> {
  try {
    const answer = await dispatch(request, handlers, context);
    // Code without types may forget to return.
    return ANSWER_KINDS.has(answer?.kind) ? answer : failed("the backend gave no proper answer");
  } catch (reason) {
    return failed(errorMessage(reason));
  }
}

async function dispatch(
  { inner }: ChatRequest,
  handlers: BackendHandlers,
  context: RequestContext,
): Promise<Answer> {
  switch (inner.case) {
    case "sendMessage":
      return handle(handlers.sendMessage, inner.value, context);
    case "sendPrivateMessage":
      return handle(handlers.sendPrivateMessage, inner.value, context);
    case "performAction":
      return handle(handlers.performAction, inner.value, context);
    case "performPrivateAction":
      return handle(handlers.performPrivateAction, inner.value, context);
    case "joinChannel":
      return handle(handlers.joinChannel, inner.value, context);
    case "leaveChannel": {
      const { channelId, tags } = inner.value;
      const exitMessage = tags[EXIT_MESSAGE_TAG] ?? "";
      return handle(handlers.leaveChannel, { channelId, exitMessage, tags }, context);
    }
    case "updateChannelInfo":
      return handle(handlers.updateChannelInfo, inner.value, context);
    case "metadata":
      return { kind: "metadata", values: (await handlers.metadata?.(context)) ?? {} };
    default:
      return failed(NOT_SUPPORTED);
  }
}

const ANSWER_KINDS: ReadonlySet<string> = new Set<Answer["kind"]>([
  "success",
  "failed",
  "joined",
  "left",
  "changed",
  "metadata",
]);

const NOT_SUPPORTED = "not supported by this backend";

async function handle<R>(
  handler: Handler<R> | undefined,
  request: R,
  context: RequestContext,
): Promise<Answer> {
  return handler === undefined ? failed(NOT_SUPPORTED) : handler(request, context);
}
