import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  ChatRequestSchema,
  CoreInfoResponseSchema,
  EventSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import {
  anyGoodBlock,
  anyOddBlock,
  anyPublished,
  anyTags,
  anyText,
  maybe as maybeMissing,
} from "../test/any-event.ts";
import { encode } from "./encode.ts";
import { encodeEvent } from "./encode-event.ts";

type EventInit = MessageInitShape<typeof EventSchema>;

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom("", "x".repeat(127), "x".repeat(128), "é".repeat(70), "x".repeat(20_000)),
);
const unknown = fc.option(
  fc.constant<UnknownField[]>([{ no: 99, wireType: 2, data: new Uint8Array([2, 1, 2]) }]),
  {
    nil: undefined,
    freq: 8,
  },
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const user = fc.record({ id: text, displayName: text, $unknown: unknown });
const channelSource = fc.record({ channelId: text, user: maybe(user), $unknown: unknown });
const block = fc.oneof(
  fc.record({ plain: text, text }).map((b) => ({
    plain: b.plain,
    inner: { case: "text" as const, value: { text: b.text } },
  })),
  text.map((plain) => ({
    plain,
    inner: {
      case: "bold" as const,
      value: { inner: { plain, inner: { case: "text" as const, value: { text: plain } } } },
    },
  })),
);
const ordinaryBlock = text.map((plain) => ({
  text: plain,
  rootBlock: { plain, inner: { case: "text" as const, value: { text: plain } } },
}));
const said = fc.oneof(ordinaryBlock, fc.record({ text, rootBlock: maybe(block) }));

function kind<T>(name: string, fields: fc.Arbitrary<T>) {
  return fc.tuple(fields, unknown).map(([value, $unknown]) => ({
    case: name,
    value: { ...value, ...($unknown && { $unknown }) },
  }));
}

const heard = (source: fc.Arbitrary<unknown>) =>
  fc
    .tuple(maybe(source), said)
    .map(([from, rest]) => ({ ...rest, ...(from ? { source: from } : {}) }));
const sent = (target: string) =>
  fc.tuple(text, text, said).map(([sender, id, rest]) => ({ ...rest, sender, [target]: id }));

const inner = fc.oneof(
  kind("message", heard(channelSource)),
  kind("privateMessage", heard(user)),
  kind("mention", heard(channelSource)),
  kind("action", heard(channelSource)),
  kind("privateAction", heard(user)),
  kind("command", fc.record({ source: maybe(channelSource), command: text, arg: text })),
  kind("sendMessage", sent("channelId")),
  kind("sendPrivateMessage", sent("userId")),
  kind("performAction", sent("channelId")),
  kind("performPrivateAction", sent("userId")),
);
const name = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "core/original-format"));
const tags = fc.array(fc.tuple(name, text), { maxLength: 4 }).map(Object.fromEntries);

test("events are encoded as by the library, to the byte", () => {
  fc.assert(
    fc.property(inner, tags, unknown, (of, tagged, $unknown) => {
      const event = create(EventSchema, { inner: of, tags: tagged } as EventInit);
      if ($unknown !== undefined) event.$unknown = $unknown;
      // Twice, because the encoder keeps its buffer.
      for (let i = 0; i < 2; i++) {
        assert.deepEqual(
          new Uint8Array(encodeEvent(event, false).message),
          toBinary(EventSchema, event),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test("an event without a kind is encoded, too", () => {
  const event = create(EventSchema, { tags: { a: "b" } });
  assert.deepEqual(new Uint8Array(encodeEvent(event, false).message), toBinary(EventSchema, event));
});

test("an encoder that failed halfway begins afresh", () => {
  const good = create(EventSchema, { inner: { case: "message", value: { text: "x" } } });
  const bad = create(EventSchema, {
    inner: { case: "sendMessage", value: { rootBlock: { inner: { case: "heading", value: {} } } } },
  });
  const { inner: broken } = bad;
  assert.ok(broken.case === "sendMessage" && broken.value.rootBlock?.inner.case === "heading");
  broken.value.rootBlock.inner.value.level = 1.5;
  assert.throws(() => encodeEvent(bad, false));
  assert.deepEqual(fromBinary(EventSchema, encodeEvent(good, false).message), good);
});

function assertSame<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): void {
  const message = create(schema, init);
  assert.deepEqual(new Uint8Array(encode(schema, message)), toBinary(schema, message));
}

test("every kind of block, and bad ones, are encoded as by the library", () => {
  const block = fc.oneof(anyGoodBlock(), anyOddBlock());
  fc.assert(
    fc.property(anyPublished(block), anyTags, (init, tagged) => {
      assertSame(ChatEventSchema, { ...init, tags: tagged });
    }),
    { numRuns: 500 },
  );
});

test("requests are encoded as by the library", () => {
  const kinds = ["sendMessage", "sendPrivateMessage", "performAction", "performPrivateAction"];
  const content = { text: anyText, tags: anyTags, rootBlock: maybeMissing(anyGoodBlock(2)) };
  fc.assert(
    fc.property(anyText, fc.constantFrom(...kinds), fc.record(content), (id, kind, value) => {
      const target = kind.includes("rivate") ? { userId: id } : { channelId: id };
      const { rootBlock, ...rest } = value;
      const inner = { case: kind, value: { ...rest, ...target, ...(rootBlock && { rootBlock }) } };
      assertSame(ChatRequestSchema, { id, inner } as MessageInitShape<typeof ChatRequestSchema>);
    }),
    { numRuns: 500 },
  );
  for (const { localName } of ChatRequestSchema.oneofs[0]?.fields ?? []) {
    const inner = { case: localName, value: {} };
    assertSame(ChatRequestSchema, { inner } as MessageInitShape<typeof ChatRequestSchema>);
  }
});

test("numbers, and maps of messages, are encoded as by the library", () => {
  for (const startupTimestamp of [0n, 1n, 127n, 128n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 63n]) {
    assertSame(CoreInfoResponseSchema, { startupTimestamp, currentTimestamp: 7n });
  }
  assertSame(StreamEventsRequestSchema, { commands: { a: { name: "a" }, b: { shortHelp: "é" } } });
});

test("a message that does not fit into the buffer is encoded by the library", () => {
  const large = { case: "message" as const, value: { text: "é".repeat(200_000) } };
  assertSame(EventSchema, { inner: large });
  assertSame(EventSchema, { inner: { case: "message", value: { text: "x" } } });
});
