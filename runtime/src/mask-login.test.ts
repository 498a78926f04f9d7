/** Passwords in addresses, and what only looks like them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maskLogin } from "./mask-login.ts";

for (const [text, masked] of [
  ["ircs://irc.example.org:6697", "ircs://irc.example.org:6697"],
  ["ircs://me:sesame@h", "ircs://***@h"],
  ["ircs+unsafe://:sesame@h:6697/", "ircs+unsafe://***@h:6697/"],
  ["IRCS://me:ses@me/or?not@h", "IRCS://***@h"],
  ["me:sesame@h:6697", "***@h:6697"],
  ["ircs://sesame@h", "ircs://***@h"],
  ["irc://h/?password=sesame&x=1", "irc://h/?password=***&x=1"],
  ["https://h/?a=1&api_key=sesame#b", "https://h/?a=1&api_key=***#b"],
  ["*!*@staff.example.org", "*!*@staff.example.org"],
  ["a\nb:c\nd@e", "***@e"],
  ["", ""],
] as const) {
  test(JSON.stringify(text), () => assert.equal(maskLogin(text), masked));
}
