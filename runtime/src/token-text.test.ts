import assert from "node:assert/strict";
import { test } from "node:test";
import { parseToken } from "./token-text.ts";

test("a token is one word of ASCII; blanks around it are no part of it", () => {
  for (const text of ["sbd_x", " sbd_x", "sbd_x\n", "\uFEFFsbd_x\r\n"]) {
    assert.equal(parseToken(text), "sbd_x", JSON.stringify(text));
  }
  for (const text of ["", " ", "a b", "a\tb", "a\nb", "ä", "a\u00a0b", "a\0", "a\x7f"]) {
    assert.equal(parseToken(text), undefined, JSON.stringify(text));
  }
});
