/** Fields as a later edition of the protocol has them: high numbers, numbers, times, lists. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_timestamp,
  FieldDescriptorProto_Label as Label,
  TimestampSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { encode } from "./encode.ts";
import { fastDecode } from "./fast-decode.ts";
import { copied, fieldsOf, message, relativeId } from "./field-rules.ts";
import { FieldTranscoder } from "./field-transcoder.ts";

const registry = createFileRegistry(
  create(FileDescriptorProtoSchema, {
    name: "later.proto",
    package: "later",
    syntax: "proto3",
    dependency: ["google/protobuf/timestamp.proto"],
    messageType: [
      {
        name: "Info",
        field: [
          { name: "id", number: 1, type: Type.STRING },
          {
            name: "sent_at",
            number: 2,
            type: Type.MESSAGE,
            typeName: ".google.protobuf.Timestamp",
          },
          { name: "bytes", number: 3, type: Type.UINT64 },
          { name: "width", number: 4, type: Type.UINT32 },
          { name: "is_bot", number: 1001, type: Type.BOOL },
        ],
      },
      {
        name: "Event",
        field: [
          { name: "names", number: 1, type: Type.STRING, label: Label.REPEATED },
          { name: "info", number: 1000, type: Type.MESSAGE, typeName: ".later.Info" },
          {
            name: "all",
            number: 1002,
            type: Type.MESSAGE,
            typeName: ".later.Info",
            label: Label.REPEATED,
          },
        ],
      },
      {
        name: "Counts",
        field: [{ name: "counts", number: 1, type: Type.UINT32, label: Label.REPEATED }],
      },
    ],
  }),
  (name) => (name.endsWith("timestamp.proto") ? file_google_protobuf_timestamp : undefined),
);
const schemaOf = (name: string): DescMessage => {
  const schema = registry.getMessage(name);
  assert.ok(schema !== undefined);
  return schema;
};
const Info = schemaOf("later.Info");
const Event = schemaOf("later.Event");

const TIME = fieldsOf(TimestampSchema, { seconds: copied, nanos: copied });
const INFO = fieldsOf(Info, {
  id: relativeId,
  sentAt: message(TIME),
  bytes: copied,
  width: copied,
  isBot: copied,
});
const EVENT = fieldsOf(Event, { names: copied, info: message(INFO), all: message(INFO) });

function transcoded(bytes: Uint8Array): Uint8Array | undefined {
  const transcoder = new FieldTranscoder();
  transcoder.begin(bytes, "x/", 100);
  if (!transcoder.input.scan(EVENT, 0, bytes.length)) return undefined;
  transcoder.write(EVENT, 0);
  return transcoder.isUnusual ? undefined : new Uint8Array(transcoder.output.finish());
}

const info = (id: string, more: object = {}) => ({ id, ...more });
const time = { seconds: 1_800_000_000n, nanos: 999_999_999 };
const EVENTS: Record<string, readonly [sent: object, published: object]> = {
  "texts in a list, empty ones too": [{ names: ["a", "", "é"] }, { names: ["a", "", "é"] }],
  "a message with a high number": [{ info: info("1") }, { info: info("x/1") }],
  "messages in a list": [{ all: [info("1"), info("")] }, { all: [info("x/1"), info("x/")] }],
  "a time": [{ info: info("", { sentAt: time }) }, { info: info("x/", { sentAt: time }) }],
  numbers: [
    { info: info("", { bytes: 2n ** 40n, width: 4_000_000_000, isBot: true }) },
    { info: info("x/", { bytes: 2n ** 40n, width: 4_000_000_000, isBot: true }) },
  ],
};

for (const [name, [sent, published]] of Object.entries(EVENTS)) {
  test(`${name}: transcoded, encoded and decoded by the descriptors alone`, () => {
    const of = (init: object) => create(Event, init as MessageInitShape<typeof Event>);
    const bytes = toBinary(Event, of(sent));
    assert.deepEqual(transcoded(bytes), toBinary(Event, of(published)));
    assert.deepEqual(new Uint8Array(encode(Event, of(sent))), bytes);
    assert.deepEqual(fastDecode(Event, Buffer.from(bytes)), fromBinary(Event, bytes));
  });
}

test("lists of numbers are left to the library, and have no rule", () => {
  const Counts = schemaOf("later.Counts");
  // Taken for single numbers, the length and the first number would read as a count and a tag.
  const bytes = toBinary(
    Counts,
    create(Counts, { counts: [8, 7] } as MessageInitShape<typeof Counts>),
  );
  assert.equal(fastDecode(Counts, Buffer.from(bytes)), undefined);
  assert.deepEqual(new Uint8Array(encode(Counts, fromBinary(Counts, bytes))), bytes);
  assert.throws(() => fieldsOf(Counts, { counts: copied }), /no rule copies/);
});

test("numbers that are written otherwise by the library are left to it", () => {
  const bot = [0xc8, 0x3e];
  const at1000 = (...content: number[]) => Uint8Array.of(0xc2, 0x3e, content.length, ...content);
  assert.ok(transcoded(at1000(...bot, 1)));
  for (const number of [[2], [0x81, 0], [0x80, 0]])
    assert.equal(transcoded(at1000(...bot, ...number)), undefined);
  const negative = { info: { sentAt: { seconds: -1n } } } as MessageInitShape<typeof Event>;
  assert.equal(transcoded(toBinary(Event, create(Event, negative))), undefined);
});
