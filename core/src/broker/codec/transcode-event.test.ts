import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { BlockSchema, ChatEventSchema, EventSchema, MAX_BLOCK_DEPTH } from "@seabird-chat/protocol";
import fc from "fast-check";
import { classOf, readFilter } from "../streams/event-filter.ts";
import { EventLog } from "../streams/event-log.ts";
import {
  anyGoodBlock,
  anyOddBlock,
  anyOddPublished,
  anyPublished,
  anyTags,
  type BlockInit,
  type EventInit,
  nested,
  text,
} from "../test/any-event.ts";
import { messagesIn } from "../test/fixtures.ts";
import { context, encoded, isTranscoded, options } from "../test/transcoding.ts";
import { transcodeEvent } from "./transcode-event.ts";

const saying = (rootBlock: BlockInit): EventInit => ({
  inner: { case: "message", value: { rootBlock } },
});

test("every kind, shape and good block is transcoded to what decoding makes of it", () => {
  const kinds = new Set<unknown>();
  const blocks = new Set<unknown>();
  const tags = anyTags.filter((all) => !Object.keys(all).some((name) => /^[0-9]/.test(name)));
  fc.assert(
    fc.property(anyPublished(anyGoodBlock()), tags, (init, tagged) => {
      const event = create(ChatEventSchema, { ...init, tags: tagged });
      kinds.add(event.inner.case);
      const { value } = event.inner;
      if (value !== undefined && "rootBlock" in value) blocks.add(value.rootBlock?.inner.case);
      assert.ok(isTranscoded(toBinary(ChatEventSchema, event)));
    }),
    { numRuns: 2_000 },
  );
  const names = EventSchema.oneofs[0]?.fields.map(({ localName }) => localName) ?? [];
  const reported = ChatEventSchema.oneofs[0]?.fields.filter((field) =>
    names.includes(field.localName),
  );
  assert.deepEqual([...kinds].sort(), reported?.map(({ localName }) => localName).sort());
  const members = BlockSchema.oneofs[0]?.fields.map(({ localName }) => localName) ?? [];
  blocks.delete(undefined);
  assert.deepEqual([...blocks].sort(), members.sort());
});

test("whatever else is transcoded is the same when it is decoded", () => {
  const block = fc.oneof(anyGoodBlock(2), anyOddBlock());
  const few = { ...options, maxMessageBytes: 400, maxIdBytes: 4, maxEventFields: 200 };
  const id = fc.oneof({ weight: 9, arbitrary: fc.constant("") }, fc.constant("7"));
  let transcoded = 0;
  fc.assert(
    fc.property(anyPublished(block), anyTags, id, (init, tags, answers) => {
      const bytes = encoded({ ...init, tags, id: answers });
      if (isTranscoded(bytes, few)) transcoded++;
      isTranscoded(bytes);
    }),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(anyOddPublished(anyGoodBlock(2)), (init) => void isTranscoded(encoded(init))),
    { numRuns: 3_000 },
  );
  assert.ok(transcoded > 0, "some are within small limits");
});

test("bytes that were changed, cut off or added are never read otherwise than by the decoder", () => {
  const change = fc.record({
    at: fc.nat(2_000),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 8, 10, 18, 26, 122, 127, 128, 192, 255)),
    how: fc.constantFrom("set", "insert", "remove", "cut", "append"),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  let transcoded = 0;
  fc.assert(
    fc.property(anyPublished(anyGoodBlock(2)), anyTags, changes, (init, tags, all) => {
      let bytes = [...encoded({ ...init, tags })];
      for (const { at, byte, how } of all) {
        const place = at % (bytes.length + 1);
        if (how === "set") bytes[place] = byte;
        else if (how === "insert") bytes.splice(place, 0, byte);
        else if (how === "remove") bytes.splice(place, 1);
        else if (how === "cut") bytes = bytes.slice(0, place);
        else bytes.push(byte);
      }
      if (isTranscoded(new Uint8Array(bytes))) transcoded++;
    }),
    { numRuns: 5_000 },
  );
  assert.ok(transcoded > 0, "some are still good events");
});

test("limits are left to decoding", () => {
  const id = (length: number): EventInit => ({
    inner: { case: "privateMessage", value: { source: { id: "é".repeat(length / 2) }, text: "x" } },
  });
  assert.ok(isTranscoded(encoded(id(options.maxIdBytes))));
  assert.ok(!isTranscoded(encoded(id(options.maxIdBytes + 2))));
  assert.ok(isTranscoded(encoded(saying(nested(MAX_BLOCK_DEPTH - 1, text("x"))))));
  assert.ok(!isTranscoded(encoded(saying(nested(MAX_BLOCK_DEPTH, text("x"))))));
  const line = encoded(saying(text("x".repeat(100))));
  const size = transcodeEvent(line, context)?.encoded.message.length ?? 0;
  assert.ok(isTranscoded(line, { ...options, maxMessageBytes: size }));
  assert.ok(!isTranscoded(line, { ...options, maxMessageBytes: size - 1 }));
  assert.ok(isTranscoded(line, { ...options, maxEventFields: Math.ceil(line.length / 2) }));
  assert.ok(!isTranscoded(line, { ...options, maxEventFields: Math.floor(line.length / 2) - 1 }));
});

test("what does not fit into the buffer is decoded, and the next event is transcoded again", () => {
  const huge = encoded(saying(nested(40, text("x".repeat(10_000)))));
  const flat = text("x");
  const many = { inner: { case: "list" as const, value: { inner: Array(5_000).fill(flat) } } };
  for (const bytes of [huge, encoded(saying(many)), encoded(saying(text("x".repeat(70_000))))]) {
    assert.ok(!isTranscoded(bytes));
    assert.ok(isTranscoded(encoded(saying(nested(2, text("y".repeat(20_000)))))));
  }
});

test("the log keeps an event whose message is gone with the next one", () => {
  const log = new EventLog();
  const cursor = log.cursor(readFilter(undefined, true, 64));
  const texts = ["first", "second one", "x".repeat(20_000), ""];
  const published = texts.map((content) => {
    const event = transcodeEvent(encoded(saying(text(content))), context);
    assert.ok(event !== undefined);
    log.append(event.encoded.message, classOf(event.encoded));
    return Buffer.from(event.encoded.message);
  });
  const run = cursor.take(100_000);
  assert.deepEqual(messagesIn(run ?? Buffer.alloc(0)), published);
});
