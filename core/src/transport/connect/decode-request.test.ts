import assert from "node:assert/strict";
import { test } from "node:test";
import { SendMessageRequestSchema } from "@seabird-chat/protocol";
import { BrokerError } from "../../broker/errors.ts";
import { parseMessage } from "./decode-request.ts";

function codeOf(json: string, maxFields: number): string {
  try {
    parseMessage(SendMessageRequestSchema, new TextEncoder().encode(json), maxFields, true);
    return "ok";
  } catch (reason) {
    return BrokerError.from(reason).code;
  }
}

test("JSON of too many fields or items is refused unparsed", () => {
  const items = Array(1_000).fill('{"text":{}}').join(",");
  const bomb = `{"rootBlock":{"container":{"inner":[${items}]}}}`;
  assert.equal(codeOf(bomb, 1_000), "message_too_large");
  assert.equal(codeOf(bomb, 2_002), "ok");
  assert.equal(codeOf(`[${",".repeat(2_000)}`, 1_000), "message_too_large");
});

test("what stands in a text does not count", () => {
  const text = JSON.stringify({ text: '"\\:,'.repeat(1_000) });
  assert.equal(codeOf(text, 1), "ok");
});
