import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { LineReader, LineTooLong, MAX_SERVER_TAG_BYTES } from "./line-reader.ts";

const MOST = MAX_SERVER_TAG_BYTES + 512;

function read(reader: LineReader, ...pieces: readonly (string | Buffer)[]): string[] {
  return pieces.flatMap((piece) =>
    [...reader.push(Buffer.from(piece))].map((line) => line.toString("latin1")),
  );
}

suite("line reader", () => {
  test("ends lines at LF, with CR or without, and leaves empty ones out", () => {
    assert.deepEqual(read(new LineReader(), "a\r\nb\n\r\n\nc\rd\r\n", "e"), ["a", "b", "c\rd"]);
  });

  test("lines come out the same, wherever the bytes are cut", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "\xff"), maxLength: 200 });
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    fc.assert(
      fc.property(text, cuts, (given, at) => {
        const bytes = Buffer.from(given, "latin1");
        const places = [0, ...at.map((each) => Math.min(each, bytes.length)), bytes.length];
        places.sort((a, b) => a - b);
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        assert.deepEqual(read(new LineReader(), ...pieces), read(new LineReader(), bytes));
      }),
    );
  });

  test("takes the longest line there may be, also byte by byte, and none longer", () => {
    const reader = new LineReader();
    const longest = "x".repeat(MOST - 1);
    assert.deepEqual(read(reader, `${longest}\n`), [longest]);
    const bytes = [...`${longest}\n`].map((each) => Buffer.from(each));
    assert.deepEqual(read(reader, ...bytes), [longest]);
    assert.throws(() => read(reader, `${longest}xx`), LineTooLong);
    assert.throws(() => read(new LineReader(), longest, "xx\n"), LineTooLong);
    assert.throws(() => read(new LineReader(), `${longest}xx\n`), LineTooLong);
  });

  test("takes longer ones from a server that uses them, and never shorter", () => {
    const reader = new LineReader();
    reader.allow(2_046);
    const long = "x".repeat(MAX_SERVER_TAG_BYTES + 2_046);
    assert.deepEqual(read(reader, long.slice(0, 9_000), `${long.slice(9_000)}\r\n`), [long]);
    reader.allow(10);
    assert.equal(read(reader, `${"y".repeat(512)}\n`).length, 1);
  });
});
