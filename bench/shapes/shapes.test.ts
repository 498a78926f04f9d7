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

/** Texts that differ from run to run, by name, and what they are like. */
const VARYING: Readonly<Record<string, RegExp>> = {
  id: /^[0-9A-Z]{3}~\d+~\d+$|^[a-z0-9]{6,}-\d+$/,
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
  settle(message as unknown as Record<string, unknown>);
  return { json: toJson(schema, message), bytes: toBinary(schema, message) };
}

function settle(fields: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === "string" && VARYING[name]?.test(value)) fields[name] = "varies";
    else if (name === "sentAt") delete fields[name];
    else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      settle(value as Record<string, unknown>);
    }
  }
}
