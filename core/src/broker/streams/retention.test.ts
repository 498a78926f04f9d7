/** What stays in memory while a request waits for its answer, and of what a backend has said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create } from "@bufbuild/protobuf";
import { SendMessageRequestSchema } from "@seabird-chat/protocol";
import { TestBroker } from "../test/fixtures.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const MIB = 1_048_576;

/** Bytes that cannot be freed, texts and buffers included; some are freed a turn later. */
async function retainedBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("a request that was sent keeps nothing of its text while it waits for its answer", async () => {
  const t = new TestBroker({ maxLargeSendBurstBytes: 1_000 * MIB });
  const backend = t.backend();
  const before = await retainedBytes();
  for (let i = 0; i < 40; i++) {
    const text = `${i}`.padEnd(MIB, "x");
    const request = create(SendMessageRequestSchema, { channelId: "irc://net/c", text });
    t.broker.act("sendMessage", request, t.call()).catch(() => {});
    assert.ok(backend.session.output.take(65_536) !== undefined);
  }
  assert.equal(t.broker.stats().requestsInFlight, 40);
  const kept = (await retainedBytes()) - before;
  assert.ok(kept < 10 * MIB, `${kept} bytes`);
  assert.equal(t.broker.stats().backends, 1);
});

test("a send that is remembered by its key keeps nothing of its text", async () => {
  const t = new TestBroker({ maxLargeSendBurstBytes: 1_000 * MIB });
  const backend = t.backend();
  const before = await retainedBytes();
  for (let i = 0; i < 40; i++) {
    const text = `${i}`.padEnd(MIB, "x");
    const options = { idempotencyKey: `${i}` };
    const request = create(SendMessageRequestSchema, { channelId: "irc://net/c", text, options });
    t.broker.act("sendMessage", request, t.call()).catch(() => {});
    assert.ok(backend.session.output.take(65_536) !== undefined);
  }
  for (const afterMs of [0, t.broker.options.actionTimeoutMs]) {
    t.clock.advance(afterMs);
    const kept = (await retainedBytes()) - before;
    assert.ok(kept < 10 * MIB, `${kept} bytes after ${afterMs} ms`);
  }
  assert.equal(t.broker.stats().backends, 1);
});

test("of a topic that is too long only the part that is shown is kept", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const before = await retainedBytes();
  for (let i = 0; i < 40; i++) {
    const value = { channelId: `c${i}`, displayName: "x".repeat(MIB), topic: "y".repeat(MIB) };
    backend.say({ inner: { case: "joinChannel", value } });
  }
  assert.equal(t.broker.stats().channels, 40);
  const kept = (await retainedBytes()) - before;
  assert.ok(kept < 10 * MIB, `${kept} bytes`);
  assert.equal(t.broker.stats().backends, 1);
});

test("a channel's id takes no more than its letters", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const before = await retainedBytes();
  for (let i = 0; i < 1_000; i++) {
    const channelId = "#".repeat(1_000) + i;
    backend.say({ inner: { case: "joinChannel", value: { channelId } } });
  }
  assert.equal(t.broker.stats().channels, 1_000);
  const kept = (await retainedBytes()) - before;
  assert.ok(kept < 10 * MIB, `${kept} bytes`);
  assert.equal(t.broker.stats().backends, 1);
});
