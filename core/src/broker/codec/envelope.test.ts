import assert from "node:assert/strict";
import { test } from "node:test";
import { envelope, writeEnvelope } from "./envelope.ts";

test("a message follows a zero byte and its length, big endian", () => {
  assert.deepEqual([...envelope(new Uint8Array([7, 8]))], [0, 0, 0, 0, 2, 7, 8]);
  const long = envelope(new Uint8Array(0x01_02_03));
  assert.deepEqual([...long.subarray(0, 5)], [0, 0, 1, 2, 3]);
});

test("it is written where it is wanted, and nowhere else", () => {
  const into = new Uint8Array(9).fill(9);
  writeEnvelope(into, 1, new Uint8Array([5]));
  assert.deepEqual(into, new Uint8Array([9, 0, 0, 0, 0, 1, 5, 9, 9]));
});
