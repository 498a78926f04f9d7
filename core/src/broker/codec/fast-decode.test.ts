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
  test(`a plain ${schema.name} is read as the library reads it`, () => {
    fc.assert(
      fc.property(ascii, ascii, (id, text) => {
        assert.ok(assertSame(schema, encoded(schema, { [idField]: id, text })));
      }),
    );
  });

  test(`another ${schema.name} is left to the library, or read as it reads it`, () => {
    const tags = fc.dictionary(ascii, ascii, { maxKeys: 1 });
    const rootBlock = fc.constant({ plain: "x", inner: { case: "text", value: { text: "x" } } });
    fc.assert(
      fc.property(any, any, tags, fc.option(rootBlock), (id, text, tagged, block) => {
        const init = { [idField]: id, text, tags: tagged, ...(block && { rootBlock: block }) };
        assertSame(schema, encoded(schema, init));
      }),
    );
  });
}

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
  const failed = { case: "failed", value: {} };
  assert.ok(!assertSame(ChatEventSchema, encoded(ChatEventSchema, { id: "1", inner: failed })));
});

test("bytes that were changed, cut off or added are never read otherwise than by the library", () => {
  const send = encoded(SendMessageRequestSchema, { channelId: "irc://a/%23b", text: "hello" });
  const success = { case: "success", value: {} };
  const answer = encoded(ChatEventSchema, { id: "1-abcdef", inner: success });
  const byte = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 10, 18, 26, 127, 128));
  const changes = fc.array(fc.tuple(fc.nat(40), fc.nat(2), byte), { minLength: 1, maxLength: 3 });
  const whole = fc.constantFrom(
    [SendMessageRequestSchema, send] as const,
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
