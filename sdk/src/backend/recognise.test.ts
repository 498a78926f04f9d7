/** Commands and mentions: one rule for every network. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attachment,
  bold,
  container,
  emoji,
  innerBlocks,
  italics,
  link,
  mention,
  plainText,
  text,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { type RecogniseOptions, recognise } from "./recognise.ts";
import { stripPrefix } from "./strip-prefix.ts";

const HERE: RecogniseOptions = { prefix: "!", self: { name: "seabird" } };

/** The text → the command and its argument, what is said to the bot, or undefined for a message. */
const ROWS: readonly (readonly [string, readonly [string, string] | string | undefined])[] = [
  ["!help", ["help", ""]],
  ["!help  ping ", ["help", "ping"]],
  ["!roll\t2d6  +  1", ["roll", "2d6  +  1"]],
  ["!say one\ntwo", ["say", "one\ntwo"]],
  ["!étoile x", ["étoile", "x"]],
  ["!", undefined],
  ["! help", undefined],
  ["!!!", undefined],
  [" !help", undefined],
  ["seabird: hi", "hi"],
  ["Seabird, hi", "hi"],
  ["SEABIRD; hi ", "hi"],
  ["seabird:", ""],
  ["seabird: ", ""],
  ["@seabird hi", "hi"],
  ["@seabird", ""],
  ["@seabird: hi", "hi"],
  ["@seabird:hi", "hi"],
  ["seabird?", ""],
  ["seabird", undefined],
  ["seabird hi", undefined],
  ["seabird:hi", undefined],
  ["seabirds: hi", undefined],
  ["@seabirds hi", undefined],
  ["seabird:: hi", undefined],
  ["hi seabird:", undefined],
  ["seabird : hi", "hi"],
  ["seabird\u00A0: hi", "hi"],
  ["seabird\u202F! hi", "hi"],
  ["@seabird : hi", "hi"],
  ["seabird ：hi", "hi"],
  ["seabird：hi", "hi"],
  ["＠seabird hi", "hi"],
  ["\uFEFFsea\u200Bbird\u200E: hi", "hi"],
  ["ｓｅａｂｉｒｄ: hi", "hi"],
  ["seabird :hi", undefined],
  ["seabird :)", undefined],
  ["seabird - hi", undefined],
  ["！help x", ["help", "x"]],
  ["！ｈｅｌｐ x", ["help", "x"]],
  ["\u200B!help x", ["help", "x"]],
  ["!\u200Ehe\uFEFFlp\uFE0F x", ["help", "x"]],
  ["!fru\u0308h", ["früh", ""]],
  ["!❤\uFE0F", ["❤\uFE0F", ""]],
  ["!Help X", ["Help", "X"]],
  ["!help\r\n", ["help", ""]],
  ["!help\u00A0x", ["help", "x"]],
  ["！！", undefined],
  ["!\u200B", undefined],
  ["！", undefined],
  ["！ help", undefined],
  ["", undefined],
];

test("each line has its meaning", () => {
  for (const [line, expected] of ROWS) {
    const found = recognise(line, HERE);
    const told =
      found.kind === "command"
        ? [found.command, found.arg]
        : found.kind === "mention"
          ? line.slice(found.skip).trim()
          : undefined;
    assert.deepEqual(told, expected, line);
  }
});

test("a bot's name may be decomposed, on either side", () => {
  for (const name of ["früh", "fru\u0308h"]) {
    for (const typed of ["FRÜH: hi", "fru\u0308h: hi"]) {
      const found = recognise(typed, { prefix: "!", self: { name } });
      assert.equal(found.kind === "mention" && typed.slice(found.skip), " hi", typed);
    }
  }
});

test("a mention of the bot's id at the beginning is a mention, whatever the network calls the bot there", () => {
  const self = { name: "seabird", id: "7" };
  const bot = mention({ userId: "7" }, "@Sea Bird");
  const rows = [
    [container([bot, " look"]), "look"],
    [container([bot, ": look"]), "look"],
    [container([bot, "look"]), "look"],
    [container([" ", bold([bot, ","]), " look"]), "look"],
    [bot, ""],
    [container([mention({ userId: "8" }, "@Ann"), " look"]), undefined],
    [container([mention({ channelId: "7" }, "#7"), " look"]), undefined],
    [container(["look, ", bot]), undefined],
    [container([emoji("👍"), bot]), undefined],
    [container([link("https://a.b", ["x"]), bot]), undefined],
    [container([]), undefined],
  ] as const;
  for (const [block, expected] of rows) {
    const plain = plainText(block);
    const found = recognise(plain, { prefix: "!", self, block });
    const told = found.kind === "mention" ? plainText(stripPrefix(block, found.skip)) : undefined;
    assert.equal(told, expected, plain);
    assert.equal(
      recognise(plain, { prefix: "!", self: { name: "seabird" }, block }).kind,
      "message",
    );
  }
});

test("no text makes it throw", () => {
  const piece = fc.constantFrom(..."!！@＠:： \u200B\uFE0F\uD800é", "seabird", "ｓ", "\u0308");
  const line = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  fc.assert(
    fc.property(fc.oneof(line, fc.string({ unit: "binary" })), (text) => {
      const found = recognise(text, HERE);
      if (found.kind === "mention") assert.ok(found.skip > 0 && found.skip <= text.length);
      if (found.kind === "command") assert.doesNotMatch(found.command, /^$|\s/);
    }),
    { numRuns: 1_000 },
  );
});

test("a network may compare names its own way, and have other prefixes, or none", () => {
  const is = (name: string) => name.toLowerCase().replaceAll("{", "[") === "a[b";
  const self = { name: "a[b", is };
  assert.deepEqual(recognise("A{B: hi", { prefix: "!", self }), { kind: "mention", skip: 4 });
  assert.equal(recognise("ab: hi", { prefix: "!", self }).kind, "message");
  assert.deepEqual(recognise("bot,help x", { prefix: "bot," }), {
    kind: "command",
    command: "help",
    arg: "x",
  });
  assert.equal(recognise("help", { prefix: "" }).kind, "message");
  assert.equal(recognise(": hi", { prefix: "!", self: { name: "" } }).kind, "message");
});

test("the name goes, the formatting of the rest stays", () => {
  const said = container(["seabird: ", bold("look"), " here"]);
  assert.deepEqual(stripPrefix(said, 8), container([bold("look"), " here"]));
  assert.deepEqual(stripPrefix(bold("seabird: hi"), 8), bold("hi"));
  const nested = container([bold(["sea", italics("bird")]), ": ", italics("hi")]);
  assert.deepEqual(stripPrefix(nested, 8), container([italics("hi")]));
  assert.deepEqual(stripPrefix(text("seabird:"), 8), text(""));
  // Behind the name a link is kept; where it is the name, words are all that is left.
  const behind = container(["seabird: ", link("https://a.b", "see")]);
  assert.deepEqual(stripPrefix(behind, 8), container([link("https://a.b", "see")]));
  assert.deepEqual(stripPrefix(link("https://a.b", "seabird: x"), 8), text("x (https://a.b)"));
});

test("a mention of the bot's name goes whole; those behind it and files stay", () => {
  const [self, ann] = [mention({ userId: "7" }, "@seabird"), mention({ userId: "ann" })];
  const file = attachment({ name: "cat.jpg" });
  const said = container([self, ": look ", ann, " ", file]);
  assert.deepEqual(stripPrefix(said, 9), container(["look ", ann, " ", file]));
  assert.deepEqual(
    stripPrefix(container([text("!hug"), " ", ann, emoji("👍")]), 5),
    container([ann, emoji("👍")]),
  );
  assert.deepEqual(stripPrefix(self, 4), text("bird"));
  // Nothing to read, and still there.
  assert.deepEqual(
    stripPrefix(container(["!cat ", attachment({ id: "1" })]), 5),
    container([attachment({ id: "1" })]),
  );
});

test("any formatting: what is left reads as the text without its start", () => {
  const { block } = fc.letrec<{ block: ReturnType<typeof text> }>((tie) => ({
    block: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: fc.constantFrom("a", " ", ":", "é") }).map((words) => text(words)),
      tie("block").map((inner) => bold(inner)),
      fc.array(tie("block"), { maxLength: 4 }).map((inner) => container(inner)),
      tie("block").map((inner) => link("https://a.b", inner)),
      tie("block").map((inner) => mention("everyone", inner.plain === "" ? ["a", inner] : inner)),
      fc.constantFrom(emoji(":a:"), attachment({ name: "a", url: "https://a.b" })),
    ),
  }));
  fc.assert(
    fc.property(block, fc.nat({ max: 20 }), (given, count) => {
      const plain = plainText(given);
      const skip = Math.min(count, plain.length);
      assert.equal(plainText(stripPrefix(given, skip)).trim(), plain.slice(skip).trim());
      assert.ok(innerBlocks(given).length >= 0);
    }),
    { numRuns: 300 },
  );
});
