/** Nothing that somebody else wrote moves the cursor, colours text or reorders a line. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { safeJson, safeText } from "./safe-text.ts";

const HOSTILE = "a\x1b[31m\u009b2J\r\x07\x7f\u202eb\u2066";

test("as text it is one line of visible characters", () => {
  assert.equal(safeText(`${HOSTILE}\n`), "a␛[31m\ufffd2J␍␇\ufffd\ufffdb\ufffd⏎");
});

test("as JSON it is the same document, on as many lines", () => {
  const document = { [HOSTILE]: [`${HOSTILE}\n`, "🛶"] };
  for (const indent of [undefined, 2]) {
    const json = safeJson(document, indent);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
    assert.doesNotMatch(json, /[\0-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]/u);
    assert.deepEqual(JSON.parse(json), document);
  }
  assert.ok(safeJson(document).includes("🛶"));
});
