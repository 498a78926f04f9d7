import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { joinLines } from "./join-lines.ts";
import { byteLength, MAX_LINE_BYTES } from "./line.ts";

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
