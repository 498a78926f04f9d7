/** States as a stream: everybody sees each, the slow see the newest. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StateStream } from "./state-stream.ts";

async function collect(states: AsyncIterable<number>): Promise<number[]> {
  const seen: number[] = [];
  for await (const state of states) seen.push(state);
  return seen;
}

test("readers see the current state and all later ones, and end with the last", async () => {
  const stream = new StateStream(0);
  const early = collect(stream.watch());
  await new Promise(setImmediate);
  stream.set(1);
  const late = collect(stream.watch());
  await new Promise(setImmediate);
  stream.end(2);
  stream.set(3);
  assert.deepEqual(await early, [0, 1, 2]);
  assert.deepEqual(await late, [1, 2]);
  assert.deepEqual(await collect(stream.watch()), [2]);
  assert.equal(stream.current, 2);
});

test("a reader that does not read loses the oldest states only", async () => {
  const stream = new StateStream(0);
  const reader = stream.watch();
  await reader.next();
  for (let i = 1; i <= 1_000; i++) stream.set(i);
  stream.end(1_001);
  const seen = await collect(reader);
  assert.equal(seen.length, 64);
  assert.equal(seen.at(-1), 1_001);
});
