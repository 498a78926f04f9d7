import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ChatEventSchema } from "@seabird-chat/protocol";
import fc from "fast-check";
import { RequestQueue } from "../actions/request-queue.ts";
import { Requests } from "../actions/requests.ts";
import { BrokerError } from "../errors.ts";
import { DropResult, ingest } from "../ingest.ts";
import { resolveBrokerOptions } from "../options.ts";
import { Backend } from "../registries/backends.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { decodeMessage } from "./decode.ts";
import type { EncodedEvent } from "./encode-event.ts";
import { type TranscodedLine, transcodeLine } from "./transcode-line.ts";

type EventInit = MessageInitShape<typeof ChatEventSchema>;

const options = resolveBrokerOptions({ maxIdBytes: 20, maxMessageBytes: 1_000 });
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

/** What the ordinary way makes of it; `undefined`: nothing. */
function ordinarily(bytes: Uint8Array): TranscodedLine | undefined {
  const published: EncodedEvent[] = [];
  const publish = (event: EncodedEvent) => void published.push(event);
  try {
    const event = decodeMessage(ChatEventSchema, bytes, options.maxEventFields);
    assert.equal(event.id, "", "an answer is not only a line");
    const dropped = ingest(event, { backend, idPrefix, options, publish });
    const [encoded] = published;
    if (dropped instanceof DropResult || encoded === undefined) return undefined;
    return { kind: event.inner.case ?? "none", encoded };
  } catch (reason) {
    if (reason instanceof BrokerError) return undefined;
    throw reason;
  }
}

function assertSame(bytes: Uint8Array): boolean {
  const line = transcodeLine(bytes, { idPrefix, options });
  if (line === undefined) return false;
  const expected = ordinarily(bytes);
  assert.ok(expected, "the ordinary way drops it");
  assert.equal(line.kind, expected.kind);
  assert.equal(line.encoded.isPrivate, expected.encoded.isPrivate);
  assert.deepEqual(Buffer.from(line.encoded.message), Buffer.from(expected.encoded.message));
  return true;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 5 });

/** Events of the six kinds, of these texts and ids. */
function events(text: fc.Arbitrary<string>, id: fc.Arbitrary<string>): fc.Arbitrary<EventInit> {
  const user = fc.record({ id, displayName: text });
  const inChannel = fc.record({ channelId: id, user: maybe(user) });
  const of = (kind: string, source: fc.Arbitrary<unknown>, rest: object) =>
    fc.record({ source: maybe(source), ...rest }).map((value) => ({ case: kind, value }));
  const inner = fc.oneof(
    of("message", inChannel, { text }),
    of("privateMessage", user, { text }),
    of("mention", inChannel, { text }),
    of("action", inChannel, { text }),
    of("privateAction", user, { text }),
    of("command", inChannel, { command: text, arg: text }),
  );
  return inner.map((each) => ({ inner: each }) as EventInit);
}

const asciiText = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.constantFrom("", "x".repeat(127), "x".repeat(128), "y".repeat(160)),
);
const asciiId = fc.string({ unit: "binary-ascii", maxLength: 20 });
const anyText = fc.oneof(
  asciiText,
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("z".repeat(400), "z".repeat(1_200)),
);
const anyId = fc.oneof(asciiId, fc.string({ unit: "binary", maxLength: 24 }));

const encoded = (init: EventInit) => toBinary(ChatEventSchema, create(ChatEventSchema, init));

test("a plain line of each kind is read without decoding, to the same bytes", () => {
  fc.assert(
    fc.property(events(asciiText, asciiId), (init) => {
      assert.ok(assertSame(encoded(init)), "it is a plain line");
    }),
    { numRuns: 1_000 },
  );
});

test("whatever else is taken for a plain line is one to the ordinary way, too", () => {
  const tags = fc.dictionary(fc.constantFrom("own", "core/original-format"), asciiText);
  const rich = fc.record({
    init: events(anyText, anyId),
    id: maybe(asciiId),
    tags: maybe(tags),
    block: maybe(anyText),
  });
  fc.assert(
    fc.property(rich, ({ init, id = "", tags: tagged = {}, block }) => {
      const event = create(ChatEventSchema, { ...init, id, tags: tagged });
      const { value } = event.inner;
      let isPlain = id === "" && Object.keys(tagged).length === 0;
      if (block !== undefined && value !== undefined && "text" in value) {
        isPlain = false;
        const text = { $typeName: "common.TextBlock" as const, text: block };
        const inner = { case: "text" as const, value: text };
        value.rootBlock = { $typeName: "common.Block", plain: "", inner };
      }
      const bytes = toBinary(ChatEventSchema, event);
      assert.ok(!assertSame(bytes) || isPlain, "tags, ids and blocks are not plain");
    }),
    { numRuns: 1_000 },
  );
});

test("bytes that were changed, cut off or added are never read otherwise than by the decoder", () => {
  const change = fc.record({
    at: fc.nat(80),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 10, 18, 26, 127, 128, 255)),
    how: fc.constantFrom("set", "insert", "remove", "cut", "append"),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  const short = fc.string({ unit: "binary-ascii", maxLength: 6 });
  let plain = 0;
  fc.assert(
    fc.property(events(fc.oneof(short, asciiText), short), changes, (init, all) => {
      let bytes = [...encoded(init)];
      for (const { at, byte, how } of all) {
        const place = at % (bytes.length + 1);
        if (how === "set") bytes[place] = byte;
        else if (how === "insert") bytes.splice(place, 0, byte);
        else if (how === "remove") bytes.splice(place, 1);
        else if (how === "cut") bytes = bytes.slice(0, place);
        else bytes.push(byte);
      }
      if (assertSame(new Uint8Array(bytes))) plain++;
    }),
    { numRuns: 5_000 },
  );
  assert.ok(plain > 0, "some are still plain lines");
});

test("limits are the ordinary way's to refuse", () => {
  const line = (text: string, id: string): EventInit => ({
    inner: { case: "privateMessage", value: { source: { id }, text } },
  });
  assert.ok(assertSame(encoded(line("x", "i".repeat(options.maxIdBytes)))));
  assert.ok(!assertSame(encoded(line("x", "i".repeat(options.maxIdBytes + 1)))));
  assert.ok(assertSame(encoded(line("x".repeat(300), "i"))));
  assert.ok(!assertSame(encoded(line("x".repeat(330), "i"))));
  const few = { ...options, maxEventFields: 3 };
  assert.equal(transcodeLine(encoded(line("four", "i")), { idPrefix, options: few }), undefined);
});
