/** Which lines of a server answer a label. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { LabelReader } from "./labels.ts";

test("a line without label and batch answers none, also after a batch without a name", () => {
  const reader = new LabelReader();
  const read = (line: string) => reader.read(parseMessage(line));
  assert.deepEqual(read("@label=l BATCH +x labeled-response"), { label: "l", ends: false });
  assert.deepEqual(read("@batch=x PONG a"), { label: "l", ends: false });
  assert.deepEqual(read("BATCH -x"), { label: "l", ends: true });
  read("@label=l BATCH + labeled-response");
  assert.equal(read("PONG a"), undefined);
});
