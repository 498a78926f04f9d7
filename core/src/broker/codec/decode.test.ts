import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { ChatEventSchema, SendMessageRequestSchema } from "@seabird-chat/protocol";
import type { ErrorCode } from "../errors.ts";
import { nested, text } from "../test/any-event.ts";
import { refusal } from "../test/fixtures.ts";
import { decodeMessage } from "./decode.ts";

const MAX_FIELDS = 1_000;

function assertFails(schema: DescMessage, bytes: Uint8Array, code: ErrorCode): void {
  assert.throws(() => decodeMessage(schema, bytes, MAX_FIELDS), refusal(code));
}

test("a nesting that the decoder does not follow is a bad block", () => {
  const value = { rootBlock: nested(200, text("x")) };
  const event = create(ChatEventSchema, { inner: { case: "message", value } });
  assertFails(ChatEventSchema, toBinary(ChatEventSchema, event), "bad_block");
  const request = create(SendMessageRequestSchema, { rootBlock: nested(200, text("x")) });
  assertFails(SendMessageRequestSchema, toBinary(SendMessageRequestSchema, request), "bad_block");
});

test("groups nested in a field that nobody knows overflow, too", () => {
  const groups = new Uint8Array(600);
  for (let i = 0; i < 300; i++) groups.set([((20 << 3) & 0x7f) | 0x80 | 3, 1], 2 * i);
  assertFails(ChatEventSchema, groups, "bad_block");
});

test("more fields than allowed are too large", () => {
  const tags = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`tag ${i}`, ""]));
  const bytes = toBinary(ChatEventSchema, create(ChatEventSchema, { tags }));
  assertFails(ChatEventSchema, bytes, "message_too_large");
});

test("all other failures are bytes that are no message", () => {
  for (const bytes of [
    [255, 255, 255],
    [10, 5, 1],
    [42, 2, 10, 200],
    [10, 1, 0xff],
  ]) {
    assertFails(ChatEventSchema, new Uint8Array(bytes), "undecodable");
  }
});
