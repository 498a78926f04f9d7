/** What can be drawn again, and what is not certain enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf, Scrollback } from "./scrollback.ts";

const SIZE = { columns: 10, rows: 6 };

test("rows are counted only where every terminal agrees", () => {
  const rows: readonly (readonly [string, number | undefined])[] = [
    ["", 1],
    ["hello", 1],
    ["hello hello", 2],
    ["x".repeat(25), 3],
    // Where the cursor is behind a full row differs.
    ["x".repeat(10), undefined],
    ["x".repeat(20), undefined],
    ["👍 ok", 1],
    ["ääää", 1],
    ["ääääääää", undefined],
    ["a\tb", undefined],
    ["\x1b[1mhello\x1b[0m", 1],
    ["\x1b]8;;https://example.org/a/long/one\x1b\\cat\x1b]8;;\x1b\\", 1],
  ];
  for (const [line, count] of rows) assert.equal(rowsOf([line], 10), count, line);
  assert.equal(rowsOf(["a", "b"], 10), 2);
  assert.equal(rowsOf(["a", "a\tb"], 10), undefined);
});

test("a message is drawn again with all that is below it", () => {
  const scrollback = new Scrollback();
  scrollback.add(["one"], SIZE, 1);
  scrollback.add(["two", "more"], SIZE, 2);
  scrollback.add(["a note"], SIZE);
  assert.deepEqual(scrollback.replace(2, ["TWO"], SIZE, 1), { up: 3, lines: ["TWO", "a note"] });
  assert.deepEqual(scrollback.replace(2, ["two", "more"], SIZE, 1), {
    up: 2,
    lines: ["two", "more", "a note"],
  });
  assert.equal(scrollback.replace(3, ["three"], SIZE, 1), undefined);
  assert.equal(scrollback.replace(1, ["a\tb"], SIZE, 1), undefined);
});

test("what the screen does not show any more, or may be elsewhere, stays as it is", () => {
  const scrollback = new Scrollback();
  scrollback.add(["one"], SIZE, 1);
  for (let count = 0; count < 4; count++) scrollback.add(["x"], SIZE);
  assert.notEqual(scrollback.replace(1, ["ONE"], SIZE, 1), undefined);
  assert.equal(scrollback.replace(1, ["ONE"], SIZE, 2), undefined);
  scrollback.add(["x"], SIZE);
  scrollback.add(["x"], SIZE);
  assert.equal(scrollback.replace(1, ["ONE"], { columns: 10, rows: 100 }, 1), undefined);
  scrollback.add(["two"], SIZE, 2);
  scrollback.add(["ääääääää"], SIZE);
  assert.equal(scrollback.replace(2, ["TWO"], SIZE, 1), undefined);
  scrollback.add(["three"], SIZE, 3);
  scrollback.clear();
  assert.equal(scrollback.replace(3, ["THREE"], SIZE, 1), undefined);
});
