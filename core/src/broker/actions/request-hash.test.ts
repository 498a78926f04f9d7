import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import {
  bold,
  PerformActionRequestSchema,
  SendMessageRequestSchema,
  text,
} from "@seabird-chat/protocol";
import { ACTIONS } from "../actions.ts";
import { SENDS } from "../test/acting.ts";
import { requestHash } from "./request-hash.ts";

type Init = MessageInitShape<typeof SendMessageRequestSchema>;

const BASE = {
  channelId: "irc://net/%23c",
  text: "hi",
  tags: { a: "1", b: "2" },
  options: { idempotencyKey: "k", referrer: "r" },
};

const hashOf = (init: Init) =>
  requestHash(ACTIONS.sendMessage.rpc, create(SendMessageRequestSchema, init));

const unknown = (byte: number) => [
  { no: 2_000, wireType: WireType.Varint, data: Uint8Array.of(byte) },
];

const SAME: Readonly<Record<string, Init>> = {
  "the same fields": { ...BASE },
  "tags in another order": { ...BASE, tags: { b: "2", a: "1" } },
  "another key": { ...BASE, options: { idempotencyKey: "other", referrer: "r" } },
};

for (const [name, init] of Object.entries(SAME)) {
  test(`the same request: ${name}`, () => assert.equal(hashOf(init), hashOf(BASE)));
}

const OTHER: Readonly<Record<string, Init>> = {
  "another text": { ...BASE, text: "ho" },
  "a block": { ...BASE, rootBlock: text("hi") },
  "another tag": { ...BASE, tags: { a: "1", b: "3" } },
  "a tag more": { ...BASE, tags: { a: "1", b: "2", c: "" } },
  "another form of the target": { ...BASE, channelId: "irc://net/#c" },
  "another option": { ...BASE, options: { idempotencyKey: "k", referrer: "s" } },
};

for (const [name, init] of Object.entries(OTHER)) {
  test(`another request: ${name}`, () => assert.notEqual(hashOf(init), hashOf(BASE)));
}

test("another RPC with the same fields is another request", () => {
  const other = create(PerformActionRequestSchema, BASE);
  assert.notEqual(hashOf(BASE), requestHash(ACTIONS.performAction.rpc, other));
});

test("fields of a later edition count, wherever they are", () => {
  const withUnknown = (byte: number, inBlock: boolean) => {
    const request = create(SendMessageRequestSchema, { ...BASE, rootBlock: bold("x") });
    const holder = inBlock ? request.rootBlock : request;
    assert.ok(holder !== undefined);
    holder.$unknown = unknown(byte);
    return requestHash(ACTIONS.sendMessage.rpc, request);
  };
  for (const inBlock of [false, true]) {
    assert.equal(withUnknown(1, inBlock), withUnknown(1, inBlock));
    assert.notEqual(withUnknown(1, inBlock), withUnknown(2, inBlock));
  }
});

test("the request does not change", () => {
  const request = create(SendMessageRequestSchema, BASE);
  requestHash(ACTIONS.sendMessage.rpc, request);
  assert.deepEqual(request, create(SendMessageRequestSchema, BASE));
});

test("tags are the only map of a send, so that nothing else needs sorting", () => {
  for (const kind of SENDS) {
    const maps = new Set<string>();
    collectMaps(ACTIONS[kind].rpc.input, maps, new Set());
    assert.deepEqual([...maps], [`${ACTIONS[kind].rpc.input.typeName}.tags`]);
  }
});

function collectMaps(message: DescMessage, maps: Set<string>, seen: Set<DescMessage>): void {
  if (seen.has(message)) return;
  seen.add(message);
  for (const field of message.fields) {
    if (field.fieldKind === "map") maps.add(`${message.typeName}.${field.name}`);
    if (field.message !== undefined) collectMaps(field.message, maps, seen);
  }
}
