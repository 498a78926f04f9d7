import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { BlockSchema, ChatEventSchema, EventSchema, MAX_BLOCK_DEPTH } from "@seabird-chat/protocol";
import fc from "fast-check";
import { RequestQueue } from "../actions/request-queue.ts";
import { Requests } from "../actions/requests.ts";
import { BrokerError } from "../errors.ts";
import { DropResult, ingest } from "../ingest.ts";
import { resolveBrokerOptions } from "../options.ts";
import { Backend } from "../registries/backends.ts";
import {
  anyGoodBlock,
  anyOddBlock,
  anyPublished,
  anyTags,
  type BlockInit,
  type EventInit,
  nested,
  text,
} from "../test/any-event.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { decodeMessage } from "./decode.ts";
import type { EncodedEvent } from "./encode-event.ts";
import { type TranscodedEvent, transcodeEvent } from "./transcode-event.ts";

const options = resolveBrokerOptions({ maxIdBytes: 20 });
const caller = { name: "irc", tokenId: "t", mayPrivate: true, mayBeBackend: () => true };
const backend = new Backend({
  name: { type: "irc", id: "my.net" },
  connectionId: "b1",
  caller,
  peer: { address: "", isAlive: async () => true },
  connectedAtMs: 0,
  queue: new RequestQueue({ maxRequests: 1, maxBytes: 1 }),
  requests: new Requests(new ManualClock()).forBackend(),
  options,
  end: () => undefined,
});
const idPrefix = `${backend.id}/`;

/** What decoding, `ingest` and encoding make of it: an event, or why there is none. */
function decoded(bytes: Uint8Array, limits = options): TranscodedEvent | string {
  const published: EncodedEvent[] = [];
  const publish = (event: EncodedEvent) => void published.push(event);
  try {
    const event = decodeMessage(ChatEventSchema, bytes, limits.maxEventFields);
    const dropped = ingest(event, { backend, idPrefix, options: limits, publish });
    if (dropped instanceof DropResult) return dropped.reason;
    const [encoded] = published;
    if (event.id !== "" || encoded === undefined) return "more or less than an event";
    return { kind: event.inner.case ?? "none", encoded };
  } catch (reason) {
    if (reason instanceof BrokerError) return reason.code;
    throw reason;
  }
}

/** Whether it is transcoded; then decoding must have made the same of it. */
function isTranscoded(bytes: Uint8Array, limits = options): boolean {
  const transcoded = transcodeEvent(bytes, { idPrefix, options: limits });
  if (transcoded === undefined) return false;
  const expected = decoded(bytes, limits);
  assert.ok(typeof expected === "object", `decoding refuses it: ${expected}`);
  assert.equal(transcoded.kind, expected.kind);
  assert.equal(transcoded.encoded.isPrivate, expected.encoded.isPrivate);
  const [found, wanted] = [transcoded, expected].map(({ encoded }) => Buffer.from(encoded.message));
  assert.deepEqual(found, wanted);
  return true;
}

const encoded = (init: EventInit) => toBinary(ChatEventSchema, create(ChatEventSchema, init));
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

/** Fields as bytes: `[number, content]`, the content a text or fields again. */
type Wire = readonly (readonly [no: number, content: string | Uint8Array | Wire])[];

function wire(fields: Wire): Uint8Array {
  const writer = new BinaryWriter();
  for (const [no, content] of fields) {
    const bytes =
      typeof content === "string"
        ? Buffer.from(content)
        : content instanceof Uint8Array
          ? content
          : wire(content);
    writer.tag(no, WireType.LengthDelimited).bytes(bytes);
  }
  return writer.finish();
}

const message = (value: Wire, ...more: Wire): Uint8Array => wire([[5, value], ...more]);
const invalid = new Uint8Array([0x61, 0xff]);
const unusual: Record<string, Uint8Array> = {
  "no kind": wire([[15, [[1, "a"]]]]),
  "two kinds": message([[2, "a"]], [7, [[2, "b"]]]),
  "one kind twice": message([[2, "a"]], [5, [[2, "b"]]]),
  "an id": wire([
    [1, "7"],
    [5, [[2, "a"]]],
  ]),
  "an unknown field": message([[2, "a"]], [99, "x"]),
  "an unknown field in the event": message([
    [2, "a"],
    [99, "x"],
  ]),
  "an unknown field in the source": message([
    [
      1,
      [
        [1, "#c"],
        [99, "x"],
      ],
    ],
  ]),
  "an unknown field in a block": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [99, "x"],
      ],
    ],
  ]),
  "an unknown kind of block": message([
    [
      3,
      [
        [1, "a"],
        [99, "x"],
      ],
    ],
  ]),
  "a block of two kinds": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [7, [[1, "b"]]],
      ],
    ],
  ]),
  "a repeated text": message([
    [2, "a"],
    [2, "b"],
  ]),
  "a repeated source": message([
    [1, [[1, "#c"]]],
    [1, [[2, [[1, "ann"]]]]],
  ]),
  "fields in another order": message([
    [3, [[2, [[1, "a"]]]]],
    [2, "a"],
  ]),
  "plain after the kind": message([
    [
      3,
      [
        [2, [[1, "a"]]],
        [1, "a"],
      ],
    ],
  ]),
  "a repeated tag": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, "1"],
      ],
    ],
    [
      15,
      [
        [1, "n"],
        [2, "2"],
      ],
    ],
  ),
  "a tag without a name, twice": message([[2, "a"]], [15, [[2, "1"]]], [15, [[2, "2"]]]),
  "a tag named by a number": message([[2, "a"]], [15, [[1, "b"]]], [15, [[1, "1"]]]),
  "a tag with its value first": message(
    [[2, "a"]],
    [
      15,
      [
        [2, "v"],
        [1, "n"],
      ],
    ],
  ),
  "a tag with a third field": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, "v"],
        [3, "x"],
      ],
    ],
  ),
  "an invalid text": message([[2, invalid]]),
  "an invalid text beside a block": message([
    [2, invalid],
    [3, [[2, [[1, "a"]]]]],
  ]),
  "an invalid plain": message([
    [
      3,
      [
        [1, invalid],
        [2, [[1, "a"]]],
      ],
    ],
  ]),
  "an invalid id": message([[1, [[1, invalid]]]]),
  "an invalid tag": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "n"],
        [2, invalid],
      ],
    ],
  ),
  "an invalid tag of core's": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "core/x"],
        [2, invalid],
      ],
    ],
  ),
  "a length in a longer form": new Uint8Array([0x2a, 0x84, 0, 0x12, 2, 0x61, 0x62]),
  "a tag in a longer form": new Uint8Array([0xaa, 0, 4, 0x12, 2, 0x61, 0x62]),
  "more tags than are compared": message(
    [[2, "a"]],
    ...Array.from({ length: 33 }, (_, i) => [15, [[1, `n${i}`]]] as const),
  ),
};

for (const [name, bytes] of Object.entries(unusual)) {
  test(`${name}: it is decoded`, () => assert.ok(!isTranscoded(bytes)));
}

const usual: Record<string, Uint8Array> = {
  "tags in front": wire([
    [
      15,
      [
        [1, "n"],
        [2, "v"],
      ],
    ],
    [5, [[2, "a"]]],
    [15, [[1, "m"]]],
  ]),
  "tags without name or value": message([[2, "a"]], [15, [[2, "v"]]], [15, [[1, "n"]]]),
  "a tag __proto__": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "__proto__"],
        [2, "v"],
      ],
    ],
    [15, [[1, "n"]]],
  ),
  "only core's tags": message(
    [[2, "a"]],
    [
      15,
      [
        [1, "core/original-format"],
        [2, "x"],
      ],
    ],
  ),
  "empty fields that are written": message([
    [
      1,
      [
        [1, ""],
        [2, [[2, ""]]],
      ],
    ],
    [2, ""],
  ]),
  "nothing at all": message([]),
};

for (const [name, bytes] of Object.entries(usual)) {
  test(`${name}: it is transcoded`, () => assert.ok(isTranscoded(bytes)));
}

test("limits are left to decoding", () => {
  const id = (length: number): EventInit => ({
    inner: { case: "privateMessage", value: { source: { id: "é".repeat(length / 2) }, text: "x" } },
  });
  assert.ok(isTranscoded(encoded(id(options.maxIdBytes))));
  assert.ok(!isTranscoded(encoded(id(options.maxIdBytes + 2))));
  assert.ok(isTranscoded(encoded(saying(nested(MAX_BLOCK_DEPTH - 1, text("x"))))));
  assert.ok(!isTranscoded(encoded(saying(nested(MAX_BLOCK_DEPTH, text("x"))))));
  const line = encoded(saying(text("x".repeat(100))));
  const size = transcodeEvent(line, { idPrefix, options })?.encoded.message.length ?? 0;
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
