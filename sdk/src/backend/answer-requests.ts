/** Core's eight kinds of requests onto the few functions of a connection. */
import { type Block, text as textBlock } from "@seabird/protocol";
import type { Log } from "../program/log.ts";
import { type Answer, changed, failed, joined, left, success } from "./answers.ts";
import type { BackendConnection, Outgoing, RequestInfo, SendKind, Target } from "./backend.ts";
import type { TrackedChannel } from "./channels.ts";
import { isRefused } from "./refused.ts";
import type { BackendHandlers, RequestContext } from "./requests.ts";

export interface AnswerOptions<Config> {
  readonly type: string;
  /** What it can say; the rest is refused. */
  readonly sends: readonly SendKind[];
  readonly connection: () => BackendConnection<Config> | undefined;
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
    joinChannel: ({ channelName, tags }, context) =>
      busy(() => answerJoin(options, channelName, info(context, tags))),
    leaveChannel: ({ channelId, exitMessage, tags }, context) =>
      busy(() => answerLeave(options, channelId, exitMessage, info(context, tags))),
    updateChannelInfo: ({ channelId, topic, tags }, context) =>
      busy(() => answerTopic(options, channelId, topic, info(context, tags))),
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
  return answer(options, kind, async (connection) => {
    if (connection.send === undefined || !options.sends.includes(kind)) return undefined;
    const { text, rootBlock, tags } = said;
    const message: Outgoing = {
      ...info(context, tags),
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
  name: string,
  request: RequestInfo,
): Promise<Answer> {
  return answer(options, "join", async (connection) => {
    if (connection.join === undefined) return undefined;
    const channel = await connection.join(name, request);
    return channel === undefined ? success() : joined(channel);
  });
}

function answerLeave<Config>(
  options: AnswerOptions<Config>,
  id: string,
  reason: string,
  request: RequestInfo,
): Promise<Answer> {
  return answer(options, "leave", async (connection) => {
    if (connection.leave === undefined) return undefined;
    await connection.leave(id, reason, request);
    return options.channel(id) === undefined ? success() : left(id);
  });
}

function answerTopic<Config>(
  options: AnswerOptions<Config>,
  id: string,
  topic: string,
  request: RequestInfo,
): Promise<Answer> {
  return answer(options, "topic", async (connection) => {
    if (connection.setTopic === undefined) return undefined;
    const before = options.channel(id);
    await connection.setTopic(id, topic, request);
    // Otherwise the network has told already what became of it.
    const isUntold = before !== undefined && options.channel(id) === before;
    return isUntold ? changed({ id, topic }) : success();
  });
}

/** `act` gives undefined for what the connection has no function for. Never rejects. */
async function answer<Config>(
  { type, connection, log }: AnswerOptions<Config>,
  kind: keyof typeof CANNOT,
  act: (connection: BackendConnection<Config>) => Promise<Answer | undefined>,
): Promise<Answer> {
  const current = connection();
  if (current === undefined) return failed(`${type} is not connected`);
  try {
    return (await act(current)) ?? failed(`${type} cannot ${CANNOT[kind]}`);
  } catch (reason) {
    if (!isRefused(reason)) log.warn({ error: reason, request: kind }, "a request failed");
    return failed(reason instanceof Error ? reason.message : String(reason));
  }
}

function info(context: RequestContext, tags: Readonly<Record<string, string>>): RequestInfo {
  const { requestId, signal, receivedAtMs } = context;
  return { requestId, signal, receivedAtMs, tags, deadlineMs: receivedAtMs + CORE_TIMEOUT_MS };
}
