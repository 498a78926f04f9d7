import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkList } from "./chunk-list.ts";

/** Bytes of memory that a list keeps alive. */
const keptBytes = ({ chunks }: ChunkList) =>
  [...new Set(chunks.map(({ buffer }) => buffer))].reduce((sum, each) => sum + each.byteLength, 0);

test("bytes that come one by one take about as many bytes, in few chunks", () => {
  const list = new ChunkList();
  const read = Buffer.alloc(65_536, 1);
  for (let at = 0; at < 200_000; at += 1) list.add(read.subarray(at % 1_000, (at % 1_000) + 1));
  assert.ok(list.chunks.length <= 4, `${list.chunks.length} chunks`);
  assert.ok(keptBytes(list) <= 4 * 65_536, `${keptBytes(list)} bytes`);
  const all = Buffer.concat(list.chunks);
  assert.equal(all.length, 200_000);
  assert.ok(all.every((byte) => byte === 1));
});

test("a large chunk is kept as it is, and the order stays", () => {
  const list = new ChunkList();
  const large = Buffer.alloc(16_384, 2);
  for (const chunk of [Buffer.of(1), large, Buffer.of(3), Buffer.of(4), large, Buffer.of(5)]) {
    list.add(chunk);
  }
  assert.deepEqual(
    list.chunks.map((chunk) => [chunk[0], chunk.length]),
    [
      [1, 1],
      [2, 16_384],
      [3, 2],
      [2, 16_384],
      [5, 1],
    ],
  );
  assert.equal(list.chunks[1], large);
  list.clear();
  list.add(Buffer.of(6));
  assert.deepEqual(
    list.chunks.map((chunk) => [...chunk]),
    [[6]],
  );
});
