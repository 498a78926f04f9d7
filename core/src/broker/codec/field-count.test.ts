import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  ChatEventSchema,
  CoreInfoResponseSchema,
  SendMessageRequestSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { excessOf, hasMoreFields } from "./field-count.ts";

const TAG = (no: number, wireType: WireType): number => (no << 3) | wireType;

function message(no: number, ...inner: Uint8Array[]): Uint8Array {
  const writer = new BinaryWriter().tag(no, WireType.LengthDelimited).fork();
  for (const bytes of inner) writer.raw(bytes);
  return writer.join().finish();
}

function repeated(bytes: readonly number[], times: number): Uint8Array {
  return Uint8Array.from({ length: bytes.length * times }, (_, i) => bytes[i % bytes.length] ?? 0);
}

const LOTS = 100_000;
const BOMBS: Record<string, Uint8Array> = {
  "blocks in a container": message(5, message(3, message(14, repeated([0x0a, 2, 0x12, 0], LOTS)))),
  "fields that nobody knows": message(3, repeated([TAG(1, 0), 0], LOTS)),
  "groups that nobody knows": message(3, repeated([TAG(1, 3), TAG(1, 4)], LOTS)),
  "empty tags": repeated([TAG(15, 2), 0], LOTS),
  "tags with many keys": message(15, repeated([TAG(1, 2), 0], LOTS)),
  "one kind after the other": repeated([TAG(3, 2), 0], LOTS),
  "a text said to be a number": repeated([TAG(1, 0), 0], LOTS),
  // Whoever went by the wire type of a heading's level would skip all that comes after it.
  "a number said to be a text": message(
    5,
    message(3, message(15, Uint8Array.of(TAG(1, 2), 0xff, 0x7f), repeated([0x10, 0], LOTS))),
  ),
};

for (const [name, bytes] of Object.entries(BOMBS)) {
  test(`${name} are counted`, () => {
    assert.ok(hasMoreFields(ChatEventSchema, bytes, 32_768));
    assert.ok(!hasMoreFields(ChatEventSchema, bytes, 2 * LOTS + 3));
  });
}

test("a large text is one field", () => {
  const text = "x".repeat(1_000_000);
  const event = create(ChatEventSchema, { inner: { case: "message", value: { text } } });
  assert.ok(!hasMoreFields(ChatEventSchema, toBinary(ChatEventSchema, event), 2));
  assert.ok(hasMoreFields(ChatEventSchema, toBinary(ChatEventSchema, event), 1));
});

test("entries of maps are counted with what is in them", () => {
  const commands = { a: { name: "a", shortHelp: "s".repeat(100) }, b: { name: "b" } };
  const request = create(StreamEventsRequestSchema, { commands });
  const bytes = toBinary(StreamEventsRequestSchema, request);
  assert.ok(!hasMoreFields(StreamEventsRequestSchema, bytes, 9));
  assert.ok(hasMoreFields(StreamEventsRequestSchema, bytes, 8));
});

test("unknown fields and tags are counted for themselves, other fields not", () => {
  const bounds = (unusual: number) => ({ fields: 10_000, unusual, blocks: 10_000 });
  const unusual: Record<string, Uint8Array> = {
    "unknown fields": repeated([0x80, 1, 0], 11),
    "unknown fields in a message": message(5, repeated([TAG(9, 0), 0], 11)),
    tags: repeated([TAG(15, 2), 4, 0x0a, 0, 0x12, 0], 11),
    "tags of a send": toBinary(
      SendMessageRequestSchema,
      create(SendMessageRequestSchema, {
        tags: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, "v"])),
      }),
    ),
  };
  for (const [what, bytes] of Object.entries(unusual)) {
    const schema = what === "tags of a send" ? SendMessageRequestSchema : ChatEventSchema;
    assert.equal(excessOf(schema, bytes, bounds(10)), "unusual", what);
    assert.equal(excessOf(schema, bytes, bounds(11)), undefined, what);
  }
  const blocks = message(5, message(3, message(14, repeated([0x0a, 2, 0x12, 0], 1_000))));
  assert.equal(excessOf(ChatEventSchema, blocks, bounds(10)), undefined);
  const commands = { a: { name: "a", shortHelp: "s" }, b: { name: "b", fullHelp: "f" } };
  const request = toBinary(
    StreamEventsRequestSchema,
    create(StreamEventsRequestSchema, { commands }),
  );
  assert.equal(excessOf(StreamEventsRequestSchema, request, bounds(1)), undefined);
});

test("blocks are counted, those inside others included", () => {
  const items = (count: number) => repeated([0x0a, 2, 0x12, 0], count);
  const event = message(5, message(3, message(14, items(10), message(1, message(14, items(5))))));
  const most = (blocks: number) => ({ fields: 1_000, unusual: 1_000, blocks });
  assert.equal(excessOf(ChatEventSchema, event, most(17)), undefined);
  assert.equal(excessOf(ChatEventSchema, event, most(16)), "blocks");
});

test("numbers are followed", () => {
  const info = create(CoreInfoResponseSchema, {
    startupTimestamp: 2n ** 63n,
    currentTimestamp: 1n,
  });
  const bytes = toBinary(CoreInfoResponseSchema, info);
  assert.ok(!hasMoreFields(CoreInfoResponseSchema, bytes, 2));
  assert.ok(hasMoreFields(CoreInfoResponseSchema, bytes, 1));
});

test("bytes that are no message count as far as they can be followed", () => {
  const cutOff = repeated([TAG(1, 2), 0x7f], 10);
  assert.ok(!hasMoreFields(ChatEventSchema, cutOff, 5));
});
