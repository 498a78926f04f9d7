import assert from "node:assert/strict";
import { test } from "node:test";
import { safeText } from "./safe-text.ts";
import { displayWidth, tableLines } from "./table.ts";

test("columns stand below each other, whatever the script", () => {
  const lines = tableLines(
    {
      columns: ["NAME", "N"],
      rows: [
        ["日本", "1"],
        ["é́", "2"],
        ["👍🏽x", "3"],
      ],
      empty: "none",
    },
    (head) => head,
  );
  assert.deepEqual(lines, ["NAME  N", "日本  1", "é́     2", "👍🏽x   3"]);
  assert.equal(displayWidth("a日👍"), 5);
});

test("an empty table says so", () => {
  assert.deepEqual(tableLines({ columns: ["A"], rows: [], empty: "none" }, String), ["none"]);
});

test("nothing that a chat sends moves the cursor, starts a sequence or turns a line around", () => {
  assert.equal(safeText("a\x1b[2Jb\r\nc\td\x07"), "a␛[2Jb␍⏎c d␇");
  assert.equal(safeText("\u202etxt.exe\u009b31m\u2066\ufeff"), "�txt.exe�31m��");
  assert.equal(safeText("naïve 日本 👩‍👩‍👧"), "naïve 日本 👩‍👩‍👧");
});
