/** Requests of every kind of action, and assertions about their outcomes. */
import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SendMessageRequestSchema } from "@seabird-chat/protocol";
import type { AnyActionRow } from "../actions/rows/action-row.ts";
import { ACTIONS, type ActionKind, type ActionRequest, type ActionResponse } from "../actions.ts";
import type { ErrorCode } from "../errors.ts";
import { refusal, type TestBroker, type TestCall } from "./fixtures.ts";

const TARGETS = {
  channel_id: "irc://net/%23c",
  user_id: "irc://net/ann",
  backend_id: "irc://net",
  conversation: "irc://net/%23c",
};

/** Values of the fields that requests have beside their target. */
const EXAMPLES: Readonly<Record<string, unknown>> = {
  text: "hi",
  channelName: "#d",
  topic: "new",
  messageIds: ["m1"],
  messageId: "m1",
  emoji: { text: "👍" },
};

function targetOf(field: keyof typeof TARGETS, id = TARGETS[field]): unknown {
  return field === "conversation" ? { where: { case: "channelId", value: id } } : id;
}

/** A request of this kind to the backend (irc, net), or whatever is in it. */
export function requestOf<K extends ActionKind>(
  kind: K,
  target?: string,
  fields: object = {},
): ActionRequest<K> {
  const { rpc, field }: AnyActionRow = ACTIONS[kind];
  const init = Object.fromEntries(
    rpc.input.fields
      .map(({ name, localName }): [string, unknown] => [
        localName,
        name === field ? targetOf(field, target) : EXAMPLES[localName],
      ])
      .filter(([, value]) => value !== undefined),
  );
  return create(rpc.input, { ...init, ...fields } as MessageInitShape<
    typeof rpc.input
  >) as ActionRequest<K>;
}

export const KINDS = Object.keys(ACTIONS) as ActionKind[];
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
  return t.broker.act(kind, requestOf(kind, target), t.call(call));
}

/** The same with these fields, whatever the request has besides. */
export function actWith<K extends ActionKind>(
  t: TestBroker,
  kind: K,
  fields: object,
  call: TestCall = {},
): Promise<ActionResponse<K>> {
  return t.broker.act(kind, requestOf(kind, undefined, fields), t.call(call));
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
