import assert from "node:assert/strict";
import { test } from "node:test";
import { create, equals, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BlockSchema, ChatRequestSchema } from "@seabird-chat/protocol";
import fc from "fast-check";
import { encodeRequest } from "./encode-request.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.constantFrom("", "x".repeat(127), "x".repeat(128), "é".repeat(70), "x".repeat(20_000)),
);
const block = fc.oneof(
  fc
    .record({ plain: text, text })
    .map(({ plain, text }) =>
      create(BlockSchema, { plain, inner: { case: "text", value: { text } } }),
    ),
  text.map((text) => {
    const inner = create(BlockSchema, { plain: text, inner: { case: "text", value: { text } } });
    return create(BlockSchema, { plain: text, inner: { case: "bold", value: { inner } } });
  }),
);
const said = fc
  .record({
    id: text,
    text,
    rootBlock: fc.option(block),
    tags: fc.dictionary(text, text, { noNullPrototype: true }),
  })
  .map(({ id, text, rootBlock, tags }) => ({ id, text, tags, ...(rootBlock && { rootBlock }) }));
const kind = fc.constantFrom(
  "sendMessage" as const,
  "sendPrivateMessage" as const,
  "performAction" as const,
  "performPrivateAction" as const,
);

test("requests written by hand are what the generic encoder makes of them", () => {
  fc.assert(
    fc.property(text, kind, said, (id, kind, { id: target, ...rest }) => {
      const isPrivate = kind === "sendPrivateMessage" || kind === "performPrivateAction";
      const value = { ...rest, ...(isPrivate ? { userId: target } : { channelId: target }) };
      const request = create(ChatRequestSchema, { id, inner: { case: kind, value } });
      const bytes = encodeRequest(id, request.inner);
      assert.ok(equals(ChatRequestSchema, fromBinary(ChatRequestSchema, bytes), request));
      assert.equal(bytes.length, toBinary(ChatRequestSchema, request).length);
    }),
  );
});

test("the other requests go through the generic encoder", () => {
  const value = { channelName: "#a", tags: { a: "b" } };
  const request = create(ChatRequestSchema, { id: "1", inner: { case: "joinChannel", value } });
  assert.deepEqual(fromBinary(ChatRequestSchema, encodeRequest("1", request.inner)), request);
});
