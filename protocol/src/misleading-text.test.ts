import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeMisleading, isMisleading } from "./misleading-text.ts";

test("names with characters that mislead are found, and shown by their numbers", () => {
  for (const [name, shown] of [
    ["a\nb", "a\\u{A}b"],
    ["\u202egnp.exe", "\\u{202E}gnp.exe"],
    ["a\u2066b\u2069", "a\\u{2066}b\\u{2069}"],
    ["\u2028", "\\u{2028}"],
    ["\ud800", "\\u{D800}"],
  ] as const) {
    assert.ok(isMisleading(name), shown);
    assert.equal(escapeMisleading(name), shown);
  }
  for (const name of ["", "a b", "é", "שלום", "👩‍💻", "नमस्ते"]) {
    assert.ok(!isMisleading(name), name);
    assert.equal(escapeMisleading(name), name);
  }
});
