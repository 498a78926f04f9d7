/** Which nick is tried after which refusal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_NICK_ATTEMPTS, NickCandidates, nickCandidates, safeName } from "./nick-candidates.ts";

test("nicks: first the wanted one, then similar ones, then ones that any server accepts", () => {
  const names = nickCandidates("a-rather-long-name", () => 0.5);
  assert.deepEqual(names.slice(0, 4), [
    "a-rather-long-name",
    "a-rather-long-name_",
    "a-rather-long-name__",
    "a-rathe55",
  ]);
  assert.equal(names.length, MAX_NICK_ATTEMPTS);
});

for (const [nick, refusals, tried, areInvalid] of [
  ["1bot", ["432", "432", "432", "432"], ["bot", "bot_", "bot55"], true],
  ["1bot", ["432", "433", "433"], ["bot", "bot_", "bot__"], false],
  ["[bot]", ["432", "432"], ["bot", "bot_"], true],
  ["jürgen", ["432"], ["jurgen"], true],
  ["🐦", ["432"], ["seabird"], true],
  ["a-rather-long-name", ["432", "433"], ["a-rather-", "a-rather-_"], false],
  ["1-rather-long-name", ["432", "432"], ["1-rather-", "rather-lo"], true],
  ["reserved", ["432", "432", "432"], ["reserved_", "reserve55"], true],
  ["bird", ["433", "433", "432"], ["bird_", "bird__", "bird_"], false],
  ["bird", Array(9).fill("433"), ["bird_", "bird__", ...Array(5).fill("bird55")], false],
] as const) {
  test(`${nick}, refused by ${refusals.join()}: ${tried.join()}`, () => {
    const candidates = new NickCandidates(nick, () => 0.5);
    const next = refusals.map((numeric) => candidates.next(numeric));
    assert.deepEqual(
      next.filter((each) => each !== undefined),
      tried,
    );
    assert.equal(candidates.areInvalid, areInvalid);
  });
}

for (const [nick, safe] of [
  ["[bot]", "bot"],
  ["1bot", "bot"],
  ["Bot_2-x", "Bot_2-x"],
  ["`^{|}\\", "seabird"],
  ["ｂｏｔ", "bot"],
  ["éa", "ea"],
] as const) {
  test(`${nick} of safe characters is ${safe}`, () => assert.equal(safeName(nick), safe));
}
