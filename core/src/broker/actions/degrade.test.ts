import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  BlockSchema,
  bold,
  channelConversation,
  container,
  emoji,
  link,
  list,
  MAX_BLOCK_DEPTH,
  mention,
  normaliseMessage,
  plainText,
  SendOptionsSchema,
  text,
  userConversation,
  walkBlocks,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { refusal } from "../test/fixtures.ts";
import {
  type DegradableFeature,
  type DegradedSend,
  type DegradeTarget,
  degradeSend,
} from "./degrade.ts";

const ALL: readonly DegradableFeature[] = [
  "reply",
  "thread",
  "persona",
  "attachment",
  "mention",
  "emoji",
];

/** A backend that declared these features; undefined: it declared nothing at all. */
function target(features: readonly DegradableFeature[] | undefined): DegradeTarget {
  return {
    backend: { type: "irc", id: "net" },
    isDeclared: features !== undefined,
    has: (feature) => features?.includes(feature) ?? false,
    maxAbsoluteIdBytes: 100,
  };
}

const except = (...features: DegradableFeature[]) =>
  ALL.filter((feature) => !features.includes(feature));

type OptionsInit = MessageInitShape<typeof SendOptionsSchema>;

interface Send {
  readonly block?: Block;
  readonly options?: OptionsInit;
  readonly isAction?: boolean;
}

function degrade(
  { block = text("hi"), options, isAction = false }: Send,
  features: readonly DegradableFeature[] | undefined,
): DegradedSend {
  return degradeSend(
    {
      text: block.plain,
      rootBlock: block,
      options: options && create(SendOptionsSchema, options),
      isAction,
    },
    target(features),
  );
}

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
    "a text whose line breaks are many",
    { replyTo: { messageId: "m", text: "\r\n".repeat(400) } },
    `> ${" ".repeat(300)}\nhi`,
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

const cat = attachment({ id: "irc://net/f1", url: "https://x.y/cat.jpg", name: "cat.jpg" });
const ann = mention({ userId: "irc://net/ann" }, "@ann");
const everyone = mention("everyone");
const parrot = emoji(":parrot:", { id: "9" });

/** A block with one kind in it, and what a backend without that feature is asked to show. */
const BLOCKS = [
  ["attachment", cat, "cat.jpg: https://x.y/cat.jpg"],
  ["mention", ann, "@ann"],
  ["mention", mention({ channelId: "irc://net/%23c" }, "here"), "here"],
  ["mention", everyone, "@everyone"],
  ["emoji", parrot, ":parrot:"],
] as const;

for (const [feature, block, plain] of BLOCKS) {
  test(`${feature} "${plain}" becomes plain text where it is not declared, wherever it is`, () => {
    const around = (inner: Block) =>
      list(["a", container(["b", bold(link("https://x.y", inner))])], { ordered: true });
    const sent = around(block);
    const before = structuredClone(sent);
    const { rootBlock, text: said, degraded } = degrade({ block: sent }, except(feature));
    assert.deepEqual(degraded, [feature]);
    assert.deepEqual(rootBlock, around(text(plain)));
    assert.equal(said, sent.plain);
    assert.deepEqual(sent, before, "what is announced stays as it was said");
    assert.deepEqual(degrade({ block }, except(feature)).rootBlock, text(plain));
  });
}

test("each feature is named once, in the order of the table", () => {
  const block = container([parrot, ann, cat, parrot, ann, cat]);
  const options = { persona, startThread: true, replyTo };
  assert.deepEqual(degrade({ block, options }, undefined).degraded, ALL);
});

test("blocks of a backend carry its own ids", () => {
  const block = container([
    mention({ userId: "irc://net/%61nn" }, "@ann"),
    mention({ channelId: "irc://net/#c" }, "#c"),
    everyone,
    cat,
    parrot,
  ]);
  const before = structuredClone(block);
  const { rootBlock, degraded } = degrade({ block }, ALL);
  assert.deepEqual(
    rootBlock,
    container([
      mention({ userId: "ann" }, "@ann"),
      mention({ channelId: "#c" }, "#c"),
      everyone,
      attachment({ id: "f1", url: "https://x.y/cat.jpg", name: "cat.jpg" }),
      parrot,
    ]),
  );
  assert.deepEqual(degraded, []);
  assert.deepEqual(block, before);
});

/** What is no degradation, although the backend is not asked to show it as it was. */
const FOREIGN: Readonly<Record<string, readonly [Block, Block]>> = {
  "a person": [mention({ userId: "irc://other/ann" }, bold("@ann")), text("@ann")],
  "a channel": [mention({ channelId: "x://net/c" }, "c"), text("c")],
  "nobody's id": [mention({ userId: "irc://net/" }, "c"), text("c")],
  "a file": [
    attachment({ id: "irc://other/f1", url: "https://x.y/", name: "f" }),
    attachment({ url: "https://x.y/", name: "f" }),
  ],
  "a file without a whole id": [
    attachment({ id: "f1", url: "https://x.y/", name: "f" }),
    attachment({ url: "https://x.y/", name: "f" }),
  ],
};

for (const [name, [block, expected]] of Object.entries(FOREIGN)) {
  test(`of another backend: ${name}`, () => {
    const { rootBlock, degraded } = degrade({ block }, ALL);
    assert.deepEqual([rootBlock, degraded], [expected, []]);
  });
}

test("a mention of nobody is its child", () => {
  const inner = bold("x");
  const nobody = [
    { case: undefined },
    { case: "everyone", value: false },
    { case: "userId", value: "" },
  ] as const;
  for (const whom of nobody) {
    const block = create(BlockSchema, {
      plain: "x",
      inner: { case: "mention", value: { inner, target: whom } },
    });
    for (const features of [ALL, [], undefined]) {
      const { rootBlock, degraded } = degrade({ block }, features);
      assert.deepEqual([rootBlock, degraded], [inner, []]);
    }
  }
});

/** Ids that cannot be parsed are refused, whatever the backend can do. */
const BAD_IDS: Readonly<Record<string, readonly [Send, string]>> = {
  "a user": [{ block: mention({ userId: "ann" }, "x") }, "failed to parse user_id of a mention"],
  "a channel in a mention": [
    { block: mention({ userId: "irc://net/a" }, mention({ channelId: "#c" }, "x")) },
    "failed to parse channel_id of a mention",
  ],
  "a user whose id is too long": [
    { block: mention({ userId: `irc://net/${"a".repeat(91)}` }, "x") },
    "failed to parse user_id of a mention",
  ],
  "a file whose id is too long": [
    { block: attachment({ id: `irc://net/${"a".repeat(91)}` }) },
    "the id of an attachment may have 100 bytes",
  ],
  "a conversation": [
    { options: { replyTo: { messageId: "m", conversation: channelConversation("#c") } } },
    "failed to parse conversation",
  ],
};

for (const [name, [send, message]] of Object.entries(BAD_IDS)) {
  test(`refused, for its id cannot be parsed: ${name}`, () => {
    for (const features of [ALL, [], undefined]) {
      assert.throws(() => degrade(send, features), refusal("bad_id", message));
    }
  });
}

test("lists keep their numbers for backends that declared anything, and as text for all", () => {
  const block = list(["a", "b"], { ordered: true });
  assert.equal(degrade({ block }, []).rootBlock, block);
  const { rootBlock, text: said, degraded } = degrade({ block }, undefined);
  assert.ok(rootBlock.inner.case === "list" && !rootBlock.inner.value.isOrdered);
  assert.deepEqual([said, degraded], ["1. a, 2. b", []]);
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

test("what the backend can show is not copied", () => {
  const block = container([bold("a"), list(["b", parrot]), everyone, link("https://x.y", "c")]);
  assert.equal(degrade({ block }, ALL).rootBlock, block);
  const plain = container([bold("a"), list(["b"])]);
  assert.equal(degrade({ block: plain }, undefined).rootBlock, plain);
});

/** Also an empty one, which the builder refuses. */
function orderedList(inner: Block[]): Block {
  return blockOf({ case: "list", value: { inner, isOrdered: true } });
}

/** Also one that reads as nothing. */
function mentionOf(inner: Block): Block {
  const target = { case: "userId", value: "irc://net/x" } as const;
  return blockOf({ case: "mention", value: { inner, target } });
}

function blockOf(inner: NonNullable<MessageInitShape<typeof BlockSchema>["inner"]>): Block {
  const block = create(BlockSchema, { inner });
  return Object.assign(block, { plain: plainText(block) });
}

const anyTree = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(text("t"), cat, parrot, everyone, ann, text("")),
    fc.array(tie("block"), { maxLength: 3 }).map((items) => container(items)),
    fc.array(tie("block"), { maxLength: 3 }).map(orderedList),
    tie("block").map(mentionOf),
    tie("block").map((inner) => bold(inner)),
    tie("block").map((inner) => link("https://x.y", inner)),
  ),
})).block;

test("whatever the tree: no block is left that was not declared, and the words are the same", () => {
  fc.assert(
    fc.property(anyTree, fc.subarray([...ALL]), (block, features) => {
      const before = structuredClone(block);
      const { rootBlock, text: said, degraded } = degrade({ block }, features);
      assert.deepEqual(block, before);
      assert.equal(said, block.plain);
      for (const { inner } of walkBlocks(rootBlock)) {
        if (["attachment", "mention", "emoji"].includes(inner.case ?? "")) {
          assert.ok((features as string[]).includes(inner.case ?? ""));
        }
      }
      for (const feature of degraded) assert.ok(!features.includes(feature));
      const again = structuredClone(rootBlock);
      assert.equal(normaliseMessage("", again).text, said);
      assert.deepEqual(again, rootBlock, "it is normalised");
    }),
  );
});
