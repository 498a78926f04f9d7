import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  BlockSchema,
  bold,
  container,
  emoji,
  link,
  list,
  mention,
  normaliseMessage,
  plainText,
  text,
  walkBlocks,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { ALL, degrade, except } from "../test/degrading.ts";

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
  const replyTo = { messageId: "m1", text: "tea?" };
  const options = { persona: { displayName: "Bob" }, startThread: true, replyTo };
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

test("lists keep their numbers for backends that declared anything, and as text for all", () => {
  const block = list(["a", "b"], { ordered: true });
  assert.equal(degrade({ block }, []).rootBlock, block);
  const { rootBlock, text: said, degraded } = degrade({ block }, undefined);
  assert.ok(rootBlock.inner.case === "list" && !rootBlock.inner.value.isOrdered);
  assert.deepEqual([said, degraded], ["1. a, 2. b", []]);
});

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
