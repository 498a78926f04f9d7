/** Events read from their bytes are what the library decodes, whatever the bytes are. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { BlockSchema, bold, container, EventSchema, text } from "@seabird-chat/protocol";
import fc from "fast-check";
import { TAGS_FIELD } from "./event-layout.ts";
import { ReceivedEvent } from "./received-event.ts";

/** All that an event gives, by the library or by us. */
type Fields = Readonly<Record<string, unknown>>;

function byLibrary(bytes: Uint8Array): Fields {
  const raw = fromBinary(EventSchema, Buffer.from(bytes));
  const { tags } = raw;
  const { source, rootBlock, argBlock, info, ...body } = (raw.inner.value ?? {}) as LooseBody;
  const user = (source?.user ?? (raw.inner.value && source)) as typeof source;
  const texts = Object.fromEntries(TEXTS.map((name) => [name, body[name] ?? ""]));
  const who = { channelId: source?.channelId ?? texts["channelId"] };
  const userId = user?.id ?? texts["userId"];
  const displayName = user?.displayName ?? "";
  return {
    kind: raw.inner.case ?? "unknown",
    ...{ ...texts, ...who, userId, displayName, tags, block: rootBlock ?? argBlock, info, raw },
    details: {
      avatarUrl: user?.avatarUrl ?? "",
      isBot: user?.isBot ?? false,
      account: user?.account ?? "",
    },
  };
}

interface LooseSource {
  readonly id?: string;
  readonly displayName?: string;
  readonly channelId?: string;
  readonly user?: object;
  readonly avatarUrl?: string;
  readonly isBot?: boolean;
  readonly account?: string;
}

type LooseBody = Record<string, unknown> & { readonly source?: LooseSource };

const TEXTS = ["text", "command", "arg", "sender", "channelId", "userId"];

function byUs(bytes: Uint8Array): Fields {
  const { kind, tags, block, info, details, raw, ...texts } = new ReceivedEvent(bytes);
  const event = new ReceivedEvent(bytes);
  return {
    kind,
    ...texts,
    tags: event.tags,
    block: event.block,
    info: event.info,
    details: event.details,
    raw: event.raw,
  };
}

/** The fields, or that it cannot be decoded. */
function outcome(read: (bytes: Uint8Array) => Fields, bytes: Uint8Array): Fields | "fails" {
  try {
    return read(bytes);
  } catch {
    return "fails";
  }
}

/** The library reads such a tag beyond its own end, and takes what follows for a piece of it. */
function hasOverlongTag(bytes: Uint8Array): boolean {
  const event = new BinaryReader(bytes);
  let entry: BinaryReader | undefined;
  try {
    while (event.pos < event.len) {
      const [no, wireType] = event.tag();
      if (no !== TAGS_FIELD || wireType !== WireType.LengthDelimited) event.skip(wireType, no);
      else {
        entry = new BinaryReader(event.bytes());
        while (entry.pos < entry.len) {
          const [field, type] = entry.tag();
          entry.skip(type, field);
        }
        entry = undefined;
      }
    }
  } catch {
    return entry !== undefined;
  }
  return false;
}

function check(bytes: Uint8Array): void {
  if (hasOverlongTag(bytes)) return;
  const [ours, theirs] = [outcome(byUs, bytes), outcome(byLibrary, bytes)];
  if (ours !== "fails" || theirs === "fails") {
    assert.deepEqual(ours, theirs, Buffer.from(bytes).toString("hex"));
    return;
  }
  // The library reads a block beyond its own end; alone it has nothing there.
  const read = () => [new ReceivedEvent(bytes).block, new ReceivedEvent(bytes).info];
  assert.throws(read, { code: "internal" });
}

const string = fc.string({ unit: "binary", maxLength: 40 }).map((each) => each.toWellFormed());
const user = fc.record(
  { id: string, displayName: string, avatarUrl: string, isBot: fc.boolean(), account: string },
  { requiredKeys: ["id", "displayName"] },
);
const source = fc.option(fc.record({ channelId: string, user: fc.option(user) }));
const rootBlock = fc.option(string.map((each) => container([text(each), bold(each)])));
const conversation = fc.oneof(
  string.map((value) => ({ where: { case: "channelId", value } })),
  string.map((value) => ({ where: { case: "userId", value } })),
);
const reference = { messageId: string, author: user, text: string, conversation };
const info = fc.option(
  fc.record({ id: string, replyTo: fc.option(fc.record(reference)), referrer: string }),
);
const spoken = { source, text: string, rootBlock, info };
const spokenInPrivate = { source: fc.option(user), text: string, rootBlock, info };
const sent = { sender: string, channelId: string, text: string, rootBlock };
const sentInPrivate = { sender: string, userId: string, text: string, rootBlock };
const BODIES: Readonly<Record<string, fc.Arbitrary<object>>> = {
  message: fc.record(spoken),
  mention: fc.record(spoken),
  action: fc.record(spoken),
  command: fc.record({ source, command: string, arg: string, argBlock: rootBlock, info }),
  privateMessage: fc.record(spokenInPrivate),
  privateAction: fc.record(spokenInPrivate),
  sendMessage: fc.record(sent),
  performAction: fc.record(sent),
  sendPrivateMessage: fc.record(sentInPrivate),
  performPrivateAction: fc.record(sentInPrivate),
  messageEdited: fc.record({ conversation, author: user, text: string, rootBlock, info }),
  messageDeleted: fc.record({ conversation, messageIds: fc.array(string), by: user }),
  reaction: fc.record({ conversation, messageId: string, user, removed: fc.boolean() }),
  typing: fc.record({ conversation, user, isActive: fc.boolean() }),
  member: fc.record({ channelId: string, user, change: fc.nat(), by: user }),
  userChanged: fc.record({ before: user, user }),
  channel: fc.record({ change: fc.nat(), channel: fc.record({ id: string, parentId: string }) }),
  backend: fc.record({ change: fc.nat(), backend: fc.record({ id: string }), reason: string }),
  sendResult: fc.record({ sequence: fc.bigInt(0n, 2n ** 64n - 1n), conversation, error: string }),
};
const names = EventSchema.fields.filter(({ oneof }) => oneof).map(({ localName }) => localName);
const inner = fc.oneof(
  ...Object.entries(BODIES).map(([name, body]) => body.map((value) => ({ case: name, value }))),
);
const encoded = fc
  .record({ inner: fc.option(inner), tags: fc.dictionary(string, string, { maxKeys: 6 }) })
  .map((init) => toBinary(EventSchema, create(EventSchema, withoutNulls(init) as EventInit)));

type EventInit = MessageInitShape<typeof EventSchema>;

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || "$typeName" in value)
    return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withoutNulls(each)]),
  );
}

test("every kind of the protocol is among the events that are compared", () => {
  assert.deepEqual(Object.keys(BODIES).sort(), names.sort());
});

test("what encoders write is read as the library reads it", () => {
  fc.assert(fc.property(encoded, check));
});

test("so are two events in one, which the protocol merges", () => {
  fc.assert(fc.property(encoded, encoded, (a, b) => check(Buffer.concat([a, b]))));
});

test("so are bytes that were changed, cut or made longer", () => {
  const change = fc.record({
    at: fc.nat(),
    bytes: fc.uint8Array({ maxLength: 4 }),
    cut: fc.nat({ max: 3 }),
  });
  fc.assert(
    fc.property(encoded, change, (bytes, { at, bytes: more, cut }) => {
      const from = at % (bytes.length + 1);
      check(Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(from + cut)]));
    }),
    { numRuns: 2_000 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 30 }), check), { numRuns: 1_000 });
});

test("a tag that is longer than it says takes nothing of what follows", () => {
  const bytes = Buffer.from("5a080a001204f09080805a088d010a04f09080801200", "hex");
  assert.equal(hasOverlongTag(bytes), true);
  assert.equal(new ReceivedEvent(bytes).kind, "privateMessage");
});

test("tags and blocks are decoded once, and belong to the event alone", () => {
  const init = { case: "message", value: { text: "hi", rootBlock: text("hi") } } as const;
  const chunk = toBinary(EventSchema, create(EventSchema, { inner: init, tags: { a: "b" } }));
  const event = new ReceivedEvent(chunk);
  chunk.fill(0);
  assert.deepEqual(event.tags, { a: "b" });
  assert.equal(event.tags, event.tags);
  assert.equal(event.block?.plain, "hi");
  assert.equal(event.block, event.block);
  assert.equal(event.raw, event.raw);
});

test("what cannot be decoded is named by the error", () => {
  const value = { rootBlock: text("hi") };
  const init = { inner: { case: "message", value } } as const;
  const bytes = toBinary(EventSchema, create(EventSchema, init));
  const block = bytes.length - toBinary(BlockSchema, value.rootBlock).length;
  // A field of the block that is longer than the block.
  bytes[block + 1] = 0x7f;
  const event = new ReceivedEvent(bytes);
  const wrong = { code: "internal", message: /^the blocks of an event cannot be decoded: / };
  assert.throws(() => event.block, wrong);
  assert.throws(() => new ReceivedEvent(Uint8Array.of(0xff)), {
    code: "internal",
    message: /^an event cannot be decoded: /,
  });
});
