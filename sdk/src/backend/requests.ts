/** What core can ask of a backend: one row for each kind of request. */
import { type ChatRequest, EXIT_MESSAGE_TAG, text as textBlock } from "@seabird-chat/protocol";
import type { Awaitable, BackendConnection, RequestInfo } from "./backend-connection.ts";
import { type Channels, type ChatEventBody, channelBody } from "./channels.ts";
import type { Target } from "./network-types.ts";

/** The kinds of messages that a backend may send, as its metadata names them. */
export const SEND_KINDS = ["message", "action", "private_message", "private_action"] as const;

export type SendKind = (typeof SEND_KINDS)[number];

/** Called when the answer is sent, and not at all if it comes too late: it may change the channels. */
export type Answer = (channels: Channels) => ChatEventBody;

export const success: Answer = () => ({ case: "success", value: {} });
/** The caller gets UNKNOWN with this reason. */
export const failed =
  (reason: string): Answer =>
  () => ({ case: "failed", value: { reason } });

type Functions = Omit<BackendConnection, "metadata" | "reconfigure" | "closed" | "close">;
type Inner = ChatRequest["inner"];
/** GetBackendInfo is answered without the network. */
export type RequestCase = Exclude<
  NonNullable<Inner["case"]>,
  "metadata" | "editMessage" | "deleteMessages" | "react" | "setTyping" | "listMembers"
>;
type ValueOf<Case extends RequestCase> = Extract<Inner, { case: Case }>["value"];

interface RequestKind<Value> {
  /** The connection's function that does it. */
  readonly needs: keyof Functions;
  /** Its name in the metadata's `capabilities`. */
  readonly capability: string;
  /** Completes "campfire cannot …". */
  readonly cannot: string;
  /** Called with a connection that has the function. */
  run(
    connection: Required<Functions>,
    value: Value,
    request: RequestInfo,
    channels: Pick<Channels, "get">,
  ): Awaitable<Answer>;
}

const REQUESTS: { readonly [Case in RequestCase]: RequestKind<ValueOf<Case>> } = {
  sendMessage: send<ValueOf<"sendMessage">>("message", "send messages", toChannel),
  performAction: send<ValueOf<"performAction">>("action", "perform actions", toChannel),
  sendPrivateMessage: send<ValueOf<"sendPrivateMessage">>(
    "private_message",
    "send private messages",
    toUser,
  ),
  performPrivateAction: send<ValueOf<"performPrivateAction">>(
    "private_action",
    "perform private actions",
    toUser,
  ),
  joinChannel: {
    needs: "join",
    capability: "join",
    cannot: "join channels",
    async run(connection, { channelName }, request) {
      const channel = await connection.join(channelName, request);
      if (channel === undefined || channel === null) return success;
      return (channels) => ({ case: "joinChannel", value: channelBody(channels.join(channel)) });
    },
  },
  leaveChannel: {
    needs: "leave",
    capability: "leave",
    cannot: "leave channels",
    async run(connection, { channelId, tags }, request, { get }) {
      await connection.leave(channelId, tags[EXIT_MESSAGE_TAG] ?? "", request);
      if (get(channelId) === undefined) return success;
      return (channels) => {
        channels.remove(channelId);
        return { case: "leaveChannel", value: { channelId } };
      };
    },
  },
  updateChannelInfo: {
    needs: "setTopic",
    capability: "topic",
    cannot: "set topics",
    async run(connection, { channelId, topic }, request, { get }) {
      const before = get(channelId);
      await connection.setTopic(channelId, topic, request);
      // Otherwise the network has reported it already.
      if (before === undefined || get(channelId) !== before) return success;
      return (channels) => {
        const channel = channels.change({ id: channelId, topic });
        return channel === undefined
          ? { case: "failed", value: { reason: "not in that channel" } }
          : { case: "changeChannel", value: channelBody(channel) };
      };
    },
  },
};

function send<Value extends Pick<ValueOf<"sendMessage">, "text" | "rootBlock">>(
  capability: SendKind,
  cannot: string,
  target: (value: Value) => Target,
): RequestKind<Value> {
  const kind = capability.endsWith("action") ? "action" : "message";
  return {
    needs: "send",
    capability,
    cannot,
    async run(connection, value, request) {
      const { text, rootBlock } = value;
      const block = rootBlock ?? textBlock(text);
      const message = { ...request, kind, text, block, startThread: false } as const;
      await connection.send(target(value), message);
      return success;
    },
  };
}

function toChannel({ channelId }: { readonly channelId: string }): Target {
  return { kind: "channel", id: channelId };
}

function toUser({ userId }: { readonly userId: string }): Target {
  return { kind: "user", id: userId };
}

/** The row for a request; undefined for a kind that this version of the SDK does not know. */
export function requestKind(name: RequestCase): RequestKind<unknown> | undefined {
  return Object.hasOwn(REQUESTS, name) ? (REQUESTS[name] as RequestKind<unknown>) : undefined;
}

/** Whether the connection has the function for it, and the backend's `sends` include it. */
export function isSupported(
  { needs, capability }: RequestKind<unknown>,
  connection: Functions,
  sends: readonly string[] = SEND_KINDS,
): boolean {
  return connection[needs] !== undefined && (needs !== "send" || sends.includes(capability));
}

/** The names of what a connection can do, in the order of the table. */
export function capabilitiesOf(
  connection: Functions,
  sends: readonly string[] | undefined,
): readonly string[] {
  const kinds: readonly RequestKind<never>[] = Object.values(REQUESTS);
  return kinds
    .filter((kind) => isSupported(kind as RequestKind<unknown>, connection, sends))
    .map(({ capability }) => capability);
}
