/** The recorded shapes are what our backends, core and the SDK send today. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, fromBinary, type JsonValue, toBinary, toJson } from "@bufbuild/protobuf";
import { ChatEventSchema, EventSchema, SendMessageRequestSchema } from "@seabird-chat/protocol";
import { recordShape } from "./recorder.ts";
import { readRecorded, SHAPE_NAMES } from "./shape.ts";

const SCHEMAS = {
  chatEvent: ChatEventSchema,
  event: EventSchema,
  sendMessage: SendMessageRequestSchema,
} as const;

/** Tags whose values differ from run to run, and what they are like. */
const VARYING: Readonly<Record<string, RegExp>> = {
  "irc/msgid": /^[0-9A-Z]{3}~\d+~\d+$/,
  "irc/time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};

for (const name of SHAPE_NAMES) {
  test(`the shape ${name} is as it is sent today`, async (t) => {
    const sent = await recordShape(t, name);
    if (sent === undefined) return;
    const recorded = readRecorded()[name];
    assert.equal(sent.type, recorded.type);
    for (const key of ["chatEvent", "event", "sendMessage"] as const) {
      compare(SCHEMAS[key], sent[key], recorded[key]);
    }
  });
}

function compare(schema: DescMessage, sent: string, recorded: string): void {
  const [now, then] = [settled(schema, sent), settled(schema, recorded)];
  const hint = `${schema.name} differs: node --test bench/shapes/record.ts`;
  // First what can be read, then what only bytes show: fields that no .proto file names.
  assert.deepEqual(now.json, then.json, hint);
  assert.deepEqual(now.bytes, then.bytes, hint);
}

/** The message with what varies made the same. */
function settled(schema: DescMessage, base64: string): { json: JsonValue; bytes: Uint8Array } {
  const message = fromBinary(schema, Buffer.from(base64, "base64"));
  const { tags } = message as unknown as { tags: Record<string, string> };
  for (const [tag, value] of Object.entries(tags)) {
    if (VARYING[tag]?.test(value)) tags[tag] = "varies";
  }
  return { json: toJson(schema, message), bytes: toBinary(schema, message) };
}
