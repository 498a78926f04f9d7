import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  ChatEventSchema,
  SendMessageRequestSchema,
} from "@seabird/protocol";
import { isNestingOverflow } from "./decode.ts";

/** A text block inside so many bold ones. */
function nested(depth: number): Block {
  let block = create(BlockSchema, { inner: { case: "text", value: { text: "x" } } });
  for (let i = 0; i < depth; i++) {
    block = create(BlockSchema, { inner: { case: "bold", value: { inner: block } } });
  }
  return block;
}

function reasonOf(schema: DescMessage, bytes: Uint8Array): unknown {
  try {
    fromBinary(schema, bytes);
  } catch (reason) {
    return reason;
  }
  return undefined;
}

test("a nesting that the decoder does not follow is told from bytes that are no message", () => {
  const value = { rootBlock: nested(200) };
  const event = create(ChatEventSchema, { inner: { case: "message", value } });
  const deep = reasonOf(ChatEventSchema, toBinary(ChatEventSchema, event));
  assert.ok(deep !== undefined && isNestingOverflow(deep));
  const request = create(SendMessageRequestSchema, { rootBlock: nested(200) });
  const alsoDeep = reasonOf(SendMessageRequestSchema, toBinary(SendMessageRequestSchema, request));
  assert.ok(isNestingOverflow(alsoDeep));
});

test("groups nested in a field that nobody knows overflow, too", () => {
  const groups = new Uint8Array(600);
  for (let i = 0; i < 300; i++) groups.set([((20 << 3) & 0x7f) | 0x80 | 3, 1], 2 * i);
  assert.ok(isNestingOverflow(reasonOf(ChatEventSchema, groups)));
});

test("no other failure is a nesting", () => {
  for (const bytes of [
    [255, 255, 255],
    [10, 5, 1],
    [42, 2, 10, 200],
    [10, 1, 0xff],
  ]) {
    const reason = reasonOf(ChatEventSchema, new Uint8Array(bytes));
    assert.ok(reason !== undefined && !isNestingOverflow(reason), `${bytes}: ${reason}`);
  }
  assert.ok(!isNestingOverflow(undefined));
});
