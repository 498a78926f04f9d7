import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  bold,
  channelConversation,
  MAX_BLOCK_DEPTH,
  SendOptionsSchema,
  text,
  userConversation,
  walkBlocks,
} from "@seabird-chat/protocol";
import { ALL, degrade, except, type OptionsInit, type Send } from "../test/degrading.ts";
import { refusal } from "../test/fixtures.ts";
import type { DegradableFeature } from "./degrade.ts";

const author = { displayName: "Ann" };
const replyTo = { messageId: "m1", author, text: "tea?" };
const persona = { displayName: "Bob" };

/** What is in front of "hi", in blocks, where the feature is missing. */
const IN_FRONT: Readonly<Record<string, readonly [Send, DegradableFeature, string[]]>> = {
  "a reply": [{ options: { replyTo } }, "reply", ["> Ann: tea?\n"]],
  "a reply to nobody known": [
    { options: { replyTo: { messageId: "m1", text: "tea?" } } },
    "reply",
    ["> tea?\n"],
  ],
  "a reply without the text": [
    { options: { replyTo: { messageId: "m1", author } } },
    "reply",
    ["> Ann\n"],
  ],
  "a reply with neither": [{ options: { replyTo: { messageId: "m1" } } }, "reply", []],
  "a reply elsewhere": [
    { options: { replyTo: { ...replyTo, conversation: channelConversation("irc://net/%23d") } } },
    "reply",
    ["> Ann: tea?\n"],
  ],
  "a reply in an action": [{ options: { replyTo }, isAction: true }, "reply", []],
  "line breaks in a quote": [
    {
      options: {
        replyTo: { messageId: "m1", author: { displayName: "A\nnn" }, text: "a\r\nb\nc\u2028d\re" },
      },
    },
    "reply",
    ["> A nn: a b c d e\n"],
  ],
  "a thread": [{ options: { replyTo, startThread: true } }, "thread", []],
  "a persona": [{ options: { persona } }, "persona", ["<B\u200bob> "]],
  "a persona in an action": [{ options: { persona }, isAction: true }, "persona", ["<B\u200bob> "]],
  "a persona of one character": [
    { options: { persona: { displayName: "🦜" } } },
    "persona",
    ["<🦜> "],
  ],
  "a persona of two characters": [
    { options: { persona: { displayName: "🦜🦜" } } },
    "persona",
    ["<🦜\u200b🦜> "],
  ],
  "a persona with a picture only": [
    { options: { persona: { avatarUrl: "https://x.y/a.png" } } },
    "persona",
    [],
  ],
  "line breaks in a persona": [
    { options: { persona: { displayName: "A\r\nB" } } },
    "persona",
    ["<A\u200b B> "],
  ],
  "what nobody sees in a name": [
    { options: { persona: { displayName: "\u202e\u200bB\u0003\u0000o\u2066b\ufeff" } } },
    "persona",
    ["<B\u200bob> "],
  ],
  "a name that nobody sees": [
    { options: { persona: { displayName: "\u200b\u202e\u0007\n" } } },
    "persona",
    [],
  ],
};

for (const [name, [send, feature, expected]] of Object.entries(IN_FRONT)) {
  test(`${name}, where ${feature} is not declared`, () => {
    const { text: said, rootBlock, degraded } = degrade(send, except(feature));
    assert.deepEqual(degraded, [feature]);
    assert.equal(said, `${expected.join("")}hi`);
    assert.deepEqual(rootBlock, expected.length === 0 ? text("hi") : inFrontOfHi(expected));
  });
}

/** Builders join neighbouring texts, which is not what is wanted here. */
function inFrontOfHi(texts: readonly string[]): Block {
  const inner = [...texts, "hi"].map((each) => text(each));
  const plain = inner.map((each) => each.plain).join("");
  return create(BlockSchema, { plain, inner: { case: "container", value: { inner } } });
}

test("a quote comes before a persona's prefix, and both before the message", () => {
  const block = bold("hi");
  const { rootBlock, degraded } = degrade({ block, options: { replyTo, persona } }, []);
  assert.deepEqual(degraded, ["reply", "persona"]);
  assert.ok(rootBlock.inner.case === "container");
  const { inner } = rootBlock.inner.value;
  assert.deepEqual(
    inner.map(({ inner: each }) => each.case),
    ["text", "text", "bold"],
  );
  assert.equal(rootBlock.plain, "> Ann: tea?\n<B\u200bob> hi");
});

/** Bytes of the text in a quote and of a name. */
const CUTS = [
  ["a text", { replyTo: { messageId: "m", text: "x".repeat(301) } }, `> ${"x".repeat(300)}\nhi`],
  [
    "a text at a code point",
    { replyTo: { messageId: "m", text: `x${"🦜".repeat(100)}` } },
    `> x${"🦜".repeat(74)}\nhi`,
  ],
  [
    "a text whose line breaks are many, before these become spaces",
    { replyTo: { messageId: "m", text: "\r\n".repeat(400) } },
    `> ${" ".repeat(150)}\nhi`,
  ],
  [
    "an author's name",
    { replyTo: { messageId: "m", author: { displayName: "é".repeat(40) } } },
    `> ${"é".repeat(32)}\nhi`,
  ],
  [
    "a persona's name",
    { persona: { displayName: `ab${"🦜".repeat(20)}` } },
    `<a\u200bb${"🦜".repeat(15)}> hi`,
  ],
  [
    "a name of megabytes",
    { persona: { displayName: "x".repeat(2_000_000) } },
    `<x\u200b${"x".repeat(63)}> hi`,
  ],
] as const satisfies readonly (readonly [string, OptionsInit, string])[];

for (const [name, options, expected] of CUTS) {
  test(`${name} is cut`, () => {
    assert.equal(degrade({ options }, []).text, expected);
  });
}

const REFERRER = "conversation 7";

/** The options that a backend gets, by what it declared. */
const OPTIONS: Readonly<
  Record<
    string,
    readonly [OptionsInit, readonly DegradableFeature[] | undefined, OptionsInit | undefined]
  >
> = {
  "all, to a backend with everything": [
    { replyTo, startThread: true, persona, referrer: REFERRER, idempotencyKey: "k" },
    ALL,
    { replyTo, startThread: true, persona, referrer: REFERRER },
  ],
  "those it declared": [
    { replyTo, persona, referrer: REFERRER },
    ["reply"],
    { replyTo, referrer: REFERRER },
  ],
  "a thread without a reply": [{ replyTo, startThread: true }, ["thread"], { startThread: true }],
  "a referrer, to a backend with nothing": [{ referrer: REFERRER }, [], { referrer: REFERRER }],
  "a referrer, to one that declared nothing": [{ referrer: REFERRER }, undefined, undefined],
  "a key": [{ idempotencyKey: "k" }, ALL, undefined],
  "empty options": [{}, ALL, undefined],
  "a reply to nothing": [{ replyTo: { messageId: "", text: "x" } }, ALL, undefined],
  "an empty persona": [{ persona: {} }, ALL, undefined],
  "ids of its own": [
    {
      replyTo: {
        ...replyTo,
        author: { id: "irc://net/%61nn", displayName: "Ann", isBot: true },
        conversation: channelConversation("irc://net/%23d"),
      },
    },
    ALL,
    {
      replyTo: {
        ...replyTo,
        author: { id: "ann", displayName: "Ann", isBot: true },
        conversation: channelConversation("#d"),
      },
    },
  ],
  "another backend's author": [
    { replyTo: { ...replyTo, author: { id: "irc://other/ann", displayName: "Ann" } } },
    ALL,
    { replyTo: { ...replyTo, author: { id: "", displayName: "Ann" } } },
  ],
  "no author's id": [
    { replyTo: { ...replyTo, author: { id: "" } } },
    ALL,
    { replyTo: { ...replyTo, author: { id: "" } } },
  ],
  "a private conversation": [
    { replyTo: { ...replyTo, conversation: userConversation("irc://net/ann") } },
    ALL,
    { replyTo: { ...replyTo, conversation: userConversation("ann") } },
  ],
  "an empty conversation": [{ replyTo: { ...replyTo, conversation: {} } }, ALL, { replyTo }],
  "a long text": [
    { replyTo: { messageId: "m", text: "é".repeat(200) } },
    ALL,
    { replyTo: { messageId: "m", text: "é".repeat(150) } },
  ],
};

for (const [name, [options, features, expected]] of Object.entries(OPTIONS)) {
  test(`a backend gets of the options: ${name}`, () => {
    const { options: asked } = degrade({ options }, features);
    assert.deepEqual(asked, expected && create(SendOptionsSchema, expected));
  });
}

test("a reference into another backend is quoted, for it names nothing there", () => {
  const conversation = channelConversation("irc://other/%23c");
  const sent = degrade({ options: { replyTo: { ...replyTo, conversation } } }, ALL);
  assert.deepEqual([sent.text, sent.degraded], ["> Ann: tea?\nhi", ["reply"]]);
  assert.ok(!("options" in sent));
});

test("a text in front of a tree that has no level left is refused", () => {
  let block = text("x");
  while (depthOf(block) < MAX_BLOCK_DEPTH) block = bold(block);
  const message = `blocks nested deeper than ${MAX_BLOCK_DEPTH}`;
  assert.throws(() => degrade({ block, options: { persona } }, []), refusal("bad_block", message));
  assert.equal(degrade({ block, options: { persona } }, ALL).rootBlock, block);
});

function depthOf(block: Block): number {
  return [...walkBlocks(block)].length;
}
