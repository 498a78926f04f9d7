import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { envelope } from "../../broker/codec/envelope.ts";
import { EnvelopeReader } from "./envelope.ts";

/** Cuts bytes into chunks of these lengths, over and over; 0 is an empty chunk. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i += 1) {
    const length = lengths[i % lengths.length] ?? 1;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

test("messages are found however the stream is cut", () => {
  const lengths = fc
    .array(fc.nat({ max: 12 }), { minLength: 1 })
    .filter((all) => all.some((length) => length > 0));
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), lengths, (messages, cuts) => {
      const reader = new EnvelopeReader(1_000);
      const found: number[][] = [];
      for (const chunk of cut(Buffer.concat(messages.map(envelope)), cuts)) {
        reader.push(chunk);
        for (let next = reader.next(); next !== undefined; next = reader.next()) {
          found.push([...next.message]);
        }
        if (chunk.length % 2 === 1) reader.settle();
      }
      assert.deepEqual(
        found,
        messages.map((message) => [...message]),
      );
      assert.ok(reader.atBoundary);
      assert.equal(reader.pendingBytes, 0);
    }),
  );
});

test("a large message in many small chunks takes time in proportion to its size", () => {
  const reader = new EnvelopeReader(4_194_304);
  const bytes = envelope(new Uint8Array(4_194_304));
  let message: Uint8Array | undefined;
  for (const chunk of cut(bytes, [16])) {
    reader.push(chunk);
    message = reader.next()?.message ?? message;
  }
  assert.equal(message?.length, 4_194_304);
});

test("a message beyond the limit is refused by its header alone", () => {
  const reader = new EnvelopeReader(100);
  reader.push(Uint8Array.of(0, 0, 0, 0, 101));
  assert.throws(() => reader.next(), { code: "message_too_large" });
});

test("a begun message is no place to end", () => {
  const reader = new EnvelopeReader(100);
  assert.ok(reader.atBoundary);
  reader.push(Uint8Array.of(0, 0, 0, 0, 2));
  assert.equal(reader.next(), undefined);
  assert.ok(!reader.atBoundary);
});

test("what waits for the rest of its message is kept in memory of its own, byte by byte", () => {
  const reader = new EnvelopeReader(1_000_000);
  const message = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  const wire = Buffer.concat([envelope(message), envelope(Buffer.of(7))]);
  const seen: Buffer[] = [];
  for (let at = 0; at < wire.length; at += 3) {
    reader.push(wire.subarray(at, at + 3));
    for (let each = reader.next(); each !== undefined; each = reader.next()) {
      seen.push(Buffer.from(each.message));
    }
    reader.settle();
    if (at > 8 && at < message.length) assert.equal(reader.announcedBytes, message.length);
  }
  assert.deepEqual(seen, [message, Buffer.of(7)]);
  assert.ok(reader.atBoundary);
});
