import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { test } from "node:test";
import { readStandardInput } from "./standard-input.ts";

const LIMIT = 10;
const read = (...chunks: readonly (string | Buffer)[]) =>
  readStandardInput(LIMIT, Readable.from(chunks, { objectMode: false }));

test("standard input loses its byte order mark and one line break, and nothing else", async () => {
  const rows: readonly (readonly [chunks: readonly (string | Buffer)[], text: string])[] = [
    [[], ""],
    [["hi\n"], "hi"],
    [["hi", "\r\n"], "hi"],
    [["hi\n\n"], "hi\n"],
    [["\uFEFFhi\n"], "hi"],
    [[" hi "], " hi "],
    // A character may arrive in two pieces.
    [[Buffer.from("ü").subarray(0, 1), Buffer.from("ü").subarray(1)], "ü"],
    [["x".repeat(LIMIT)], "x".repeat(LIMIT)],
  ];
  for (const [chunks, text] of rows) assert.equal(await read(...chunks), text);
});

test("too much and what is not text is refused", async () => {
  await assert.rejects(read("x".repeat(LIMIT), "x"), {
    message: "standard input holds more than 10 bytes",
  });
  await assert.rejects(read(Buffer.from([0xff, 0xfe, 0x61, 0])), {
    message: "standard input is not UTF-8 text",
  });
});
