import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { byteLength, MAX_LINE_BYTES } from "../message/line.ts";
import { joinLines, MAX_JOIN_CHANNELS, partLines } from "./join-lines.ts";

const named = (names: readonly string[]) => names.map((name) => ({ name, key: undefined }));

suite("joinLines", () => {
  test("few lines, keys before those without", () => {
    const channels = [...named(["#a", "#b"]), { name: "#c", key: "k" }];
    assert.deepEqual(joinLines(channels), ["JOIN #c,#a,#b k"]);
    assert.deepEqual(joinLines([]), []);
  });

  test("each line fits, whatever the alphabet, and no channel is left out", () => {
    for (const letter of ["x", "ж", "鳥", "🐦"]) {
      const names = Array.from({ length: 60 }, (_, at) => `#${letter.repeat(25)}${at}`);
      const lines = joinLines(named(names));
      for (const line of lines) assert.ok(byteLength(line) <= MAX_LINE_BYTES, line);
      const joined = lines.flatMap((line) => line.slice("JOIN ".length).split(","));
      assert.deepEqual(joined, names);
    }
  });
});

test("PART also has many channels in a line", () => {
  assert.deepEqual(partLines([]), []);
  assert.deepEqual(partLines(["#a", "#b"]), ["PART #a,#b"]);
  const lines = partLines(Array.from({ length: 200 }, (_, at) => `#c${at}`));
  assert.equal(lines.length, 200 / MAX_JOIN_CHANNELS);
  assert.ok(lines.every((line) => /^PART (#c\d+,?)+$/.test(line)));
});
