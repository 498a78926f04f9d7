/** What core can ask of a backend: one row for each kind of request. */
import { EXIT_MESSAGE_TAG, text as textBlock } from "@seabird-chat/protocol";
import { channelBody } from "./channels.ts";
import { fromSendOptions } from "./from-wire.ts";
import { MESSAGE_REQUESTS, type MessageRequestCase, sentAnswer } from "./message-requests.ts";
import type { Target } from "./network-types.ts";
import {
  type Functions,
  type RequestCase,
  type RequestKind,
  success,
  type ValueOf,
} from "./request-kind.ts";

/** The kinds of messages that a backend may send, as its metadata names them. */
export const SEND_KINDS = ["message", "action", "private_message", "private_action"] as const;

export type SendKind = (typeof SEND_KINDS)[number];

/** Requests of the base protocol; in the metadata, `capabilities` names them in this order. */
const BASE_REQUESTS: {
  readonly [Case in Exclude<RequestCase, MessageRequestCase>]: RequestKind<ValueOf<Case>>;
} = {
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
    async run(connection, { channelId, tags }, request, { channels: { get } }) {
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
    async run(connection, { channelId, topic }, request, { channels: { get } }) {
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

const REQUESTS = { ...BASE_REQUESTS, ...MESSAGE_REQUESTS };

function send<Value extends Pick<ValueOf<"sendMessage">, "text" | "rootBlock" | "options">>(
  capability: SendKind,
  cannot: string,
  target: (value: Value) => Target,
): RequestKind<Value> {
  const kind = capability.endsWith("action") ? "action" : "message";
  return {
    needs: "send",
    capability,
    cannot,
    async run(connection, value, request, { warn, channels }) {
      const { text, rootBlock, options } = value;
      const content = { kind, text, block: rootBlock ?? textBlock(text) } as const;
      const message = { ...request, ...content, ...fromSendOptions(options) };
      const sent = await connection.send(target(value), message);
      const thread = (sent ?? undefined)?.channel;
      if (typeof thread === "string" && channels.get(thread) === undefined) {
        warn(`channel is ${JSON.stringify(thread)}, not announced: call host.channels.joined`);
      }
      return sentAnswer(sent, warn);
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
  const kinds: readonly RequestKind<never>[] = Object.values(BASE_REQUESTS);
  return kinds
    .filter((kind) => isSupported(kind as RequestKind<unknown>, connection, sends))
    .map(({ capability }) => capability);
}
