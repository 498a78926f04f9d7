import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeHeaders } from "./header-decoder.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");

test("reads what RFC 7541 gives as examples, with Huffman coding and without", () => {
  // C.2.1, without indexing; C.4.1's value.
  const plain = bytes("00 0a 637573746f6d2d6b6579 0d 637573746f6d2d686561646572");
  assert.deepEqual([...decodeHeaders(plain)], [["custom-key", "custom-header"]]);
  const coded = bytes("00 88 25a849e95ba97d7f 89 25a849e95bb8e8b4bf");
  assert.deepEqual([...decodeHeaders(coded)], [["custom-key", "custom-value"]]);
  const host = bytes("01 8c f1e3c2e5f23a6ba0ab90f4ff");
  assert.deepEqual([...decodeHeaders(host)], [["#1", "www.example.com"]]);
});

test("reads a status out of the static table", () => {
  assert.deepEqual([...decodeHeaders(bytes("20 88"))], [[":status", "200"]]);
});

test("what ends too early is no header", () => {
  assert.throws(() => decodeHeaders(bytes("00 0a 6375")), /too early/);
});
