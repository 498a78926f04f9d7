/** Yes and no as people answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { affirmation, isCancel } from "./yes-no.ts";

const YES = [
  ...["yes", "Y", " ok ", "Sure!", "yeah.", "yes please", "Yes, please!", "yes pls", "yes thanks"],
  ...["👍", "👍🏽", "👍👍", "yes 👍", "yes👍", "✅", "✔️", ":+1:", "+1", "(y)", "yesss", "YES!!!"],
  ...[
    "“yes”",
    '"yes"',
    "'yes'",
    "‘yes’",
    "«yes»",
    "« yes »",
    "„yes“",
    "「yes」",
    "ｙｅｓ",
    "y\u200Bes",
  ],
  ...[
    "yes\r\n",
    "do it",
    "yes, do it",
    "ok go ahead",
    "please do",
    "of course",
    "sure thing",
    "yes\u00A0!",
    "yep",
    "Alright",
    "okaaay",
    "yeees",
    "ok :)",
    "Yes! 🎉",
    "yess 😄",
    "sorry, yes",
  ],
];
const NO = [
  ...[
    "no",
    "No thanks",
    "no, thank you",
    "nope",
    "nah",
    "👎",
    "👎🏿",
    "“no”",
    "nooo",
    "don't",
    "don’t",
  ],
  ...["nooope", "not now", "nevermind", "never mind!", "absolutely not", "no, sorry", "no :("],
  ...["🙅🏽\u200D♀\uFE0F", "⛔", "do not", "no way", "never", "-1", ":-1:", "❌", "no no", "stop"],
];
const NEITHER = [
  ...[
    "",
    " ",
    "!",
    "please",
    "🙏",
    "yes but",
    "yes no",
    "yes and no",
    "not sure",
    "yesterday",
    "yes?",
  ],
  ...["👍👎", "ok, don't", "yes ".repeat(100), "maybe", "ja", "hmm", "no problem", "constructor"],
  ...[":)", "sorry", "of course not", "not fine", "🎉", "yes, delete the other one"],
];

test("what is clearly yes is yes, what is clearly no is no, all else is neither", () => {
  for (const answer of YES) assert.equal(affirmation(answer), true, answer);
  for (const answer of NO) assert.equal(affirmation(answer), false, answer);
  for (const answer of NEITHER) assert.equal(affirmation(answer), undefined, answer);
});

test("cancel is the word alone", () => {
  for (const answer of [
    "cancel",
    " Cancel ",
    "cancel.",
    "“cancel”",
    "Cancel please",
    "can\u200Bcel",
  ]) {
    assert.ok(isCancel(answer), answer);
  }
  for (const answer of ["", "cancel it", "cancel cancel", "cancelled", "no"]) {
    assert.ok(!isCancel(answer), answer);
  }
});
