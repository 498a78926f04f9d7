import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  PerformActionRequestSchema,
  PerformPrivateActionRequestSchema,
  SendMessageRequestSchema,
  SendPrivateMessageRequestSchema,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import {
  anyGoodBlock,
  anyOddBlock,
  anyPublished,
  anyTags,
  anyText,
  type EventInit,
  maybe,
  nested,
  text,
} from "../test/any-event.ts";
import { fastDecode } from "./fast-decode.ts";

const SENDS: readonly (readonly [DescMessage, string])[] = [
  [SendMessageRequestSchema, "channelId"],
  [SendPrivateMessageRequestSchema, "userId"],
  [PerformActionRequestSchema, "channelId"],
  [PerformPrivateActionRequestSchema, "userId"],
];

const ascii = fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 127 });
const any = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("", "x".repeat(128), "x".repeat(300)),
);

const encoded = (schema: DescMessage, init: Record<string, unknown>) =>
  Buffer.from(toBinary(schema, create(schema, init)));

/** Whether it is read here; then the library must have made the same of it. */
function assertSame(schema: DescMessage, bytes: Buffer): boolean {
  const message = fastDecode(schema, bytes);
  if (message === undefined) return false;
  assert.deepEqual(message, fromBinary(schema, bytes));
  return true;
}

for (const [schema, idField] of SENDS) {
  test(`any ${schema.name} is read as the library reads it`, () => {
    const rootBlock = maybe(fc.oneof(anyGoodBlock(2), anyOddBlock()));
    let read = 0;
    fc.assert(
      fc.property(anyText, anyText, anyTags, rootBlock, (id, text, tags, block) => {
        const init = { [idField]: id, text, tags, ...(block && { rootBlock: block }) };
        if (assertSame(schema, encoded(schema, init))) read++;
      }),
      { numRuns: 300 },
    );
    assert.ok(read > 150, "most are read here");
  });
}

test("any event of a backend is read as the library reads it", () => {
  const answers = [
    { case: "success", value: {} },
    { case: "failed", value: { reason: "é" } },
    { case: "metadata", value: { values: { a: "b", "": "" } } },
    { case: "joinChannel", value: { channelId: "#c", topic: "t" } },
    { case: "hello", value: { backendInfo: { type: "irc", id: "a" } } },
  ].map((inner) => ({ inner }) as EventInit);
  const event = fc.oneof(anyPublished(anyGoodBlock(2)), fc.constantFrom(...answers));
  fc.assert(
    fc.property(event, anyText, anyTags, (init, id, tags) => {
      const isRead = assertSame(ChatEventSchema, encoded(ChatEventSchema, { ...init, id, tags }));
      assert.ok(
        isRead || "__proto__" in tags || JSON.stringify([init, id, tags]).includes("\ufffd"),
      );
    }),
    { numRuns: 1_000 },
  );
});

test("a Success is read as the library reads it", () => {
  const success = { case: "success", value: {} };
  fc.assert(
    fc.property(ascii, (id) => {
      assert.ok(assertSame(ChatEventSchema, encoded(ChatEventSchema, { id, inner: success })));
    }),
  );
  fc.assert(
    fc.property(any, fc.dictionary(ascii, ascii, { maxKeys: 1 }), (id, tags) => {
      assertSame(ChatEventSchema, encoded(ChatEventSchema, { id, tags, inner: success }));
    }),
  );
});

test("a nesting at the library's limit, and unknown fields, are left to the library", () => {
  const rootBlock = nested(60, text("x"));
  assert.ok(
    !assertSame(SendMessageRequestSchema, encoded(SendMessageRequestSchema, { rootBlock })),
  );
  assert.ok(!assertSame(SendMessageRequestSchema, Buffer.from([0xfa, 0x3e, 1, 0x78])));
});

test("bytes that were changed, cut off or added are never read otherwise than by the library", () => {
  const send = encoded(SendMessageRequestSchema, { channelId: "irc://a/%23b", text: "hello" });
  const success = { case: "success", value: {} };
  const answer = encoded(ChatEventSchema, { id: "1-abcdef", inner: success });
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 10, 18, 26, 127, 128));
  const changes = fc.array(fc.tuple(fc.nat(40), fc.nat(2), byte), { minLength: 1, maxLength: 3 });
  const rootBlock = {
    plain: "é",
    inner: { case: "heading", value: { level: 2, inner: text("é") } },
  };
  const rich = encoded(SendMessageRequestSchema, { channelId: "a", rootBlock, tags: { a: "b" } });
  const whole = fc.constantFrom(
    [SendMessageRequestSchema, send] as const,
    [SendMessageRequestSchema, rich] as const,
    [ChatEventSchema, answer] as const,
  );
  fc.assert(
    fc.property(whole, changes, ([schema, original], all) => {
      const bytes = [...original];
      for (const [at, removed, added] of all) bytes.splice(at % (bytes.length + 1), removed, added);
      assertSame(schema, Buffer.from(bytes));
    }),
    { numRuns: 5_000 },
  );
});
