/** Requests of every kind of action, and what comes of them. */
import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import {
  BackendInfoRequestSchema,
  JoinChannelRequestSchema,
  LeaveChannelRequestSchema,
  PerformActionRequestSchema,
  PerformPrivateActionRequestSchema,
  SendMessageRequestSchema,
  SendPrivateMessageRequestSchema,
  UpdateChannelInfoRequestSchema,
} from "@seabird-chat/protocol";
import type { ActionKind, ActionRequest } from "../actions/action-kinds.ts";
import type { ErrorCode } from "../errors.ts";
import { refusal, type TestBroker, type TestCall } from "./fixtures.ts";

/** One request of each kind to the backend (irc, net) and what is in it. */
export const REQUESTS: { readonly [K in ActionKind]: (target?: string) => ActionRequest<K> } = {
  sendMessage: (channelId = "irc://net/%23c") =>
    create(SendMessageRequestSchema, { channelId, text: "hi" }),
  sendPrivateMessage: (userId = "irc://net/ann") =>
    create(SendPrivateMessageRequestSchema, { userId, text: "hi" }),
  performAction: (channelId = "irc://net/%23c") =>
    create(PerformActionRequestSchema, { channelId, text: "hi" }),
  performPrivateAction: (userId = "irc://net/ann") =>
    create(PerformPrivateActionRequestSchema, { userId, text: "hi" }),
  joinChannel: (backendId = "irc://net") =>
    create(JoinChannelRequestSchema, { backendId, channelName: "#d" }),
  leaveChannel: (channelId = "irc://net/%23c") => create(LeaveChannelRequestSchema, { channelId }),
  updateChannelInfo: (channelId = "irc://net/%23c") =>
    create(UpdateChannelInfoRequestSchema, { channelId, topic: "new" }),
  getBackendInfo: (backendId = "irc://net") => create(BackendInfoRequestSchema, { backendId }),
};

export const KINDS = Object.keys(REQUESTS) as ActionKind[];
export const SENDS = [
  "sendMessage",
  "sendPrivateMessage",
  "performAction",
  "performPrivateAction",
] as const satisfies readonly ActionKind[];

export function isSend(kind: ActionKind): kind is (typeof SENDS)[number] {
  return (SENDS as readonly ActionKind[]).includes(kind);
}

export function act(
  t: TestBroker,
  kind: ActionKind,
  target?: string,
  call: TestCall = {},
): Promise<unknown> {
  return t.broker.act(kind, REQUESTS[kind](target), t.call(call));
}

/** A line to "#c". */
export function send(t: TestBroker, text: string, call: TestCall = {}): Promise<unknown> {
  const request = create(SendMessageRequestSchema, { channelId: "irc://net/%23c", text });
  return t.broker.act("sendMessage", request, t.call(call));
}

export async function assertRefused(
  action: Promise<unknown>,
  code: ErrorCode,
  message?: string,
): Promise<void> {
  await assert.rejects(action, refusal(code, message));
}
