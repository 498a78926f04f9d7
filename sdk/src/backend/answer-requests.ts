/** Core's eight kinds of requests onto the few functions of a connection. */
import { type Block, text as textBlock } from "@seabird-chat/protocol";
import { errorMessage } from "@seabird-chat/runtime";
import type { Log } from "../program/log.ts";
import { type Answer, changed, failed, joined, left, success } from "./answers.ts";
import type { BackendConnection, OutgoingMessage, RequestInfo, Target } from "./backend.ts";
import { isRefused } from "./backend-errors.ts";
import type { TrackedChannel } from "./channels.ts";
import type { Connected } from "./network.ts";
import type {
  BackendHandlers,
  JoinRequest,
  LeaveRequest,
  RequestContext,
  UpdateRequest,
} from "./requests.ts";
import type { SendKind } from "./send-kinds.ts";

export interface AnswerOptions<Config> {
  readonly type: string;
  /** What it can say; the rest is refused. */
  readonly sends: readonly SendKind[];
  /** Undefined while the network is away. */
  readonly current: () => Connected<Config> | undefined;
  /** Told of each channel that is the answer to a join, before core is. */
  readonly onJoined: (id: string) => void;
  readonly channel: (id: string) => TrackedChannel | undefined;
  readonly metadata: () => Promise<Record<string, string>>;
  readonly log: Log;
  /** Called at each begin and end of one. */
  readonly onActivity: (change: 1 | -1) => void;
}

/** Core's own, and the longest that anybody waits for an answer. */
const CORE_TIMEOUT_MS = 10_000;

export function answerRequests<Config>(options: AnswerOptions<Config>): BackendHandlers {
  const { onActivity } = options;
  const busy = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    onActivity(1);
    try {
      return await work();
    } finally {
      onActivity(-1);
    }
  };
  const send = (kind: SendKind, to: Target, said: Said, context: RequestContext) =>
    busy(() => answerSend(options, { kind, to, said }, context));
  return {
    sendMessage: (said, context) =>
      send("message", { kind: "channel", id: said.channelId }, said, context),
    performAction: (said, context) =>
      send("action", { kind: "channel", id: said.channelId }, said, context),
    sendPrivateMessage: (said, context) =>
      send("private_message", { kind: "user", id: said.userId }, said, context),
    performPrivateAction: (said, context) =>
      send("private_action", { kind: "user", id: said.userId }, said, context),
    joinChannel: (request, context) => busy(() => answerJoin(options, request, context)),
    leaveChannel: (request, context) => busy(() => answerLeave(options, request, context)),
    updateChannelInfo: (request, context) => busy(() => answerTopic(options, request, context)),
    metadata: () => busy(() => options.metadata()),
  };
}

interface Said {
  readonly text: string;
  readonly rootBlock?: Block | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

interface Send {
  readonly kind: SendKind;
  readonly to: Target;
  readonly said: Said;
}

/** What a backend without it cannot do, behind "campfire cannot". */
const CANNOT: Readonly<Record<SendKind | "join" | "leave" | "topic", string>> = {
  message: "send messages",
  action: "perform actions",
  private_message: "send private messages",
  private_action: "perform private actions",
  join: "join channels",
  leave: "leave channels",
  topic: "set topics",
};

function answerSend<Config>(
  options: AnswerOptions<Config>,
  { kind, to, said }: Send,
  context: RequestContext,
): Promise<Answer> {
  return answer(options, kind, context, async (connection, current) => {
    if (connection.send === undefined || !options.sends.includes(kind)) return undefined;
    const { text, rootBlock, tags } = said;
    const message: OutgoingMessage = {
      ...info(current, tags),
      kind: kind === "message" || kind === "private_message" ? "message" : "action",
      text,
      block: rootBlock ?? textBlock(text),
    };
    await connection.send(to, message);
    return success();
  });
}

function answerJoin<Config>(
  options: AnswerOptions<Config>,
  { channelName, tags }: JoinRequest,
  context: RequestContext,
): Promise<Answer> {
  return answer(options, "join", context, async (connection, current) => {
    if (connection.join === undefined) return undefined;
    const channel = await connection.join(channelName, info(current, tags));
    return channel === undefined || channel === null ? success() : joined(channel);
  });
}

function answerLeave<Config>(
  options: AnswerOptions<Config>,
  { channelId, exitMessage, tags }: LeaveRequest,
  context: RequestContext,
): Promise<Answer> {
  return answer(options, "leave", context, async (connection, current) => {
    if (connection.leave === undefined) return undefined;
    await connection.leave(channelId, exitMessage, info(current, tags));
    return options.channel(channelId) === undefined ? success() : left(channelId);
  });
}

function answerTopic<Config>(
  options: AnswerOptions<Config>,
  { channelId, topic, tags }: UpdateRequest,
  context: RequestContext,
): Promise<Answer> {
  return answer(options, "topic", context, async (connection, current) => {
    if (connection.setTopic === undefined) return undefined;
    const before = options.channel(channelId);
    await connection.setTopic(channelId, topic, info(current, tags));
    // Otherwise the network has told already what became of it.
    const isUntold = before !== undefined && options.channel(channelId) === before;
    return isUntold ? changed({ id: channelId, topic }) : success();
  });
}

/** Gives undefined for what the connection has no function for. */
type Act<Config> = (
  connection: BackendConnection<Config>,
  context: RequestContext,
) => Promise<Answer | undefined>;

/**
 * Never rejects. The connection's end is the request's: what was asked of it says nothing about
 * the next one.
 */
async function answer<Config>(
  options: AnswerOptions<Config>,
  kind: keyof typeof CANNOT,
  context: RequestContext,
  act: Act<Config>,
): Promise<Answer> {
  const { type, current, onJoined } = options;
  const on = current();
  if (on === undefined) return failed(`${type} is not connected`);
  const stop = new AbortController();
  const { promise: lost, resolve } = Promise.withResolvers<Answer>();
  const onTimeUp = () => stop.abort();
  const onEnded = () => {
    stop.abort();
    resolve(failed(`${type} lost its connection`));
  };
  context.signal.addEventListener("abort", onTimeUp, { once: true });
  on.ended.addEventListener("abort", onEnded, { once: true });
  try {
    const acting = () => act(on.connection, { ...context, signal: stop.signal });
    const result = await Promise.race([attempt(options, kind, acting, on.ended), lost]);
    if (result.kind === "joined") onJoined(result.channel.id);
    return result;
  } finally {
    context.signal.removeEventListener("abort", onTimeUp);
    on.ended.removeEventListener("abort", onEnded);
  }
}

/** Never rejects. After `ended` nobody is told. */
async function attempt<Config>(
  { type, log }: AnswerOptions<Config>,
  kind: keyof typeof CANNOT,
  acting: () => Promise<Answer | undefined>,
  ended: AbortSignal,
): Promise<Answer> {
  try {
    return (await acting()) ?? failed(`${type} cannot ${CANNOT[kind]}`);
  } catch (reason) {
    const isFault = !isRefused(reason) && !ended.aborted;
    if (isFault) log.warn({ error: reason, request: kind }, "a request failed");
    return failed(errorMessage(reason));
  }
}

function info(context: RequestContext, tags: Readonly<Record<string, string>>): RequestInfo {
  const { requestId, signal, receivedAtMs } = context;
  return { requestId, signal, receivedAtMs, tags, deadlineMs: receivedAtMs + CORE_TIMEOUT_MS };
}
