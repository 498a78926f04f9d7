import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  fromBinary,
  type MessageInitShape,
  toBinary,
  type UnknownField,
} from "@bufbuild/protobuf";
import { EventSchema } from "@seabird-chat/protocol";
import fc from "fast-check";
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

test("the hand-written encoder and the generic one agree to the byte", () => {
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

test("the hand-written encoder knows every field of the messages that it writes", () => {
  const heard = "source 1, text 2, root_block 3";
  const sent = (target: string) => `sender 1, ${target} 2, text 3, root_block 4`;
  const expected = {
    message: heard,
    privateMessage: heard,
    mention: heard,
    command: "source 1, command 2, arg 3",
    action: heard,
    privateAction: heard,
    sendMessage: sent("channel_id"),
    sendPrivateMessage: sent("user_id"),
    performAction: sent("channel_id"),
    performPrivateAction: sent("user_id"),
  };
  const fieldsOf = (kind: string): string | undefined =>
    EventSchema.fields
      .find(({ localName }) => localName === kind)
      ?.message?.fields.map(({ name: field, number }) => `${field} ${number}`)
      .join(", ");
  for (const [kind, fields] of Object.entries(expected)) assert.equal(fieldsOf(kind), fields);
});
