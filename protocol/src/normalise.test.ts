/** Normalising: both fields set, every `plain` right, bad blocks refused, the size known before. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import fc from "fast-check";
import { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
import * as build from "./blocks.ts";
import { type Block, BlockSchema, MessageEventSchema } from "./gen/common_pb.js";
import { normalisedSize, normaliseMessage } from "./normalise.ts";
import { anyBlock, laterKind } from "./testing/any-block.ts";
import { innerBlocks, walkBlocks } from "./walk.ts";

const { bold, container, italics, list, text } = build;

/** The bytes of a message that has nothing but the two fields. */
function encoded(message: { text: string; rootBlock: Block }): number {
  const { text, rootBlock } = message;
  return toBinary(MessageEventSchema, create(MessageEventSchema, { text, rootBlock })).length;
}

function nested(levels: number, leaf: Block): Block {
  let block = leaf;
  for (let level = 1; level < levels; level++) {
    block = create(BlockSchema, { inner: { case: "bold", value: { inner: block } } });
  }
  return block;
}

function refuses(block: Block, message: string | RegExp): void {
  const expected = { name: "BlockError", message };
  assert.throws(() => normaliseMessage("", block), expected);
  assert.throws(() => normalisedSize("", block), expected);
}

suite("normalising", () => {
  test("text alone becomes a text block", () => {
    const message = normaliseMessage("hi", undefined);
    assert.equal(message.text, "hi");
    assert.equal(message.format, "text");
    assert.deepEqual(message.rootBlock, text("hi"));
  });

  test("neither text nor block is an empty text", () => {
    const message = normaliseMessage("", undefined);
    assert.deepEqual(message.rootBlock, text(""));
    assert.equal(message.bytes, encoded(message));
  });

  test("with a block, the text given beside it is ignored", () => {
    const block = bold(italics("hi"));
    const message = normaliseMessage("something else", block);
    assert.equal(message.text, "hi");
    assert.equal(message.format, "blocks");
    assert.equal(message.rootBlock, block);
  });

  test("plain is computed anew in every block, whatever the sender said", () => {
    const block = container(["a", list(["b", bold("c")])]);
    const truth = [...walkBlocks(block)].map((each) => each.plain);
    for (const each of walkBlocks(block)) each.plain = "a lie";
    assert.equal(normaliseMessage("", block).text, "ab, c");
    assert.deepEqual(
      [...walkBlocks(block)].map((each) => each.plain),
      truth,
    );
  });

  test("it changes nothing when done again", () => {
    fc.assert(
      fc.property(anyBlock(), (block) => {
        const once = toBinary(BlockSchema, normaliseMessage("", block).rootBlock);
        const again = normaliseMessage("", fromBinary(BlockSchema, once));
        assert.deepEqual(toBinary(BlockSchema, again.rootBlock), once);
      }),
    );
  });
});

suite("kinds of a later edition", () => {
  test("keep their sender's plain, which those around them read as", () => {
    const block = container(["see ", laterKind("a poll")]);
    assert.equal(normaliseMessage("", block).text, "see a poll");
  });

  test("are handed on byte for byte", () => {
    const sent = toBinary(BlockSchema, laterKind("a poll"));
    const { rootBlock } = normaliseMessage("", fromBinary(BlockSchema, sent));
    assert.deepEqual(toBinary(BlockSchema, rootBlock), sent);
    const inside = toBinary(BlockSchema, normaliseMessage("", bold(rootBlock)).rootBlock);
    assert.ok(Buffer.from(inside).includes(Buffer.from(sent)));
  });

  test("unknown fields of known kinds are kept, and the kind is still the known one", () => {
    const block = bold("x");
    block.plain = "a lie";
    block.$unknown = laterKind("").$unknown ?? [];
    const { rootBlock, text: plain } = normaliseMessage("", block);
    assert.equal(plain, "x");
    const received = fromBinary(BlockSchema, toBinary(BlockSchema, rootBlock));
    assert.equal(received.$unknown?.length, 1);
  });
});

test("a block without a kind but with plain text is that text, as an old client re-sends it", () => {
  const block = container(["see ", create(BlockSchema, { plain: "a poll" })]);
  const { text: plain, rootBlock } = normaliseMessage("", block);
  assert.equal(plain, "see a poll");
  const [, resent] = innerBlocks(rootBlock);
  assert.deepEqual(resent, text("a poll"));
  const root = normaliseMessage("", create(BlockSchema, { plain: "x" }));
  assert.deepEqual(root.rootBlock, text("x"));
});

suite("bad blocks", () => {
  test("a block with no kind and no plain text", () => {
    refuses(create(BlockSchema), "unknown block type");
    const inner = [text("x"), create(BlockSchema)];
    refuses(
      create(BlockSchema, { inner: { case: "list", value: { inner } } }),
      "unknown block type",
    );
    refuses({ ...create(BlockSchema), $unknown: [] }, "unknown block type");
  });

  test("a wrapper without its inner block", () => {
    const wrappers = [
      "italics",
      "bold",
      "underline",
      "strikethrough",
      "spoiler",
      "blockquote",
      "heading",
      "link",
      "mention",
    ] as const;
    for (const kind of wrappers) {
      const block = create(BlockSchema, { inner: { case: kind, value: {} } });
      refuses(block, `${kind} block missing inner block`);
      const inside = create(BlockSchema, { inner: { case: "list", value: { inner: [block] } } });
      refuses(inside, `${kind} block missing inner block`);
    }
  });

  test("a timestamp without a time, or with one that cannot be written", () => {
    const message = "timestamp block without a valid time";
    refuses(create(BlockSchema, { inner: { case: "timestamp", value: {} } }), message);
    const bad = [
      { seconds: -62_135_596_801n, nanos: 0 },
      { seconds: 253_402_300_800n, nanos: 0 },
      { seconds: 2n ** 63n - 1n, nanos: 0 },
      { seconds: 0n, nanos: -1 },
      { seconds: 0n, nanos: 1_000_000_000 },
    ];
    for (const inner of bad) {
      refuses(create(BlockSchema, { inner: { case: "timestamp", value: { inner } } }), message);
    }
  });

  test("an attachment that expires at a time that cannot be written", () => {
    const expiresAt = { seconds: 253_402_300_800n, nanos: 0 };
    refuses(
      create(BlockSchema, { inner: { case: "attachment", value: { expiresAt } } }),
      "attachment block without a valid expires_at",
    );
  });

  test("an emoji over its bound, in bytes of its text or of its id", () => {
    const emoji = (text: string, id: string) =>
      create(BlockSchema, { inner: { case: "emoji", value: { text, id } } });
    const most = "é".repeat(256);
    assert.equal(normaliseMessage("", emoji(most, most)).text, most);
    const message = "emoji block with more than 512 bytes of text or id";
    refuses(emoji(`${most}x`, ""), message);
    refuses(emoji("", `${most}x`), message);
  });

  test("a tree deeper than the limit, whatever its kind at the bottom", () => {
    assert.equal(normaliseMessage("", nested(MAX_BLOCK_DEPTH, text("x"))).text, "x");
    refuses(nested(MAX_BLOCK_DEPTH + 1, text("x")), /deeper than 48/);
    refuses(nested(MAX_BLOCK_DEPTH + 1, laterKind("x")), /deeper than 48/);
    refuses(nested(200_000, text("x")), /deeper than 48/);
  });

  test("the deepest tree allowed is read back by a decoder that stops at 100 levels", () => {
    const { rootBlock, text: plain } = normaliseMessage("", nested(MAX_BLOCK_DEPTH, text("x")));
    const bytes = toBinary(
      MessageEventSchema,
      create(MessageEventSchema, { text: plain, rootBlock }),
    );
    const options = { recursionLimit: 100 };
    assert.equal(fromBinary(MessageEventSchema, bytes, options).rootBlock?.plain, "x");
  });
});

suite("the size after normalising", () => {
  const exact = (given: string, block: Block | undefined) => {
    const size = normalisedSize(given, block);
    const message = normaliseMessage(given, block);
    assert.equal(size, encoded(message));
    assert.equal(message.bytes, size);
  };

  test("is the encoded size, for every text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (given) => exact(given, undefined)));
    for (const length of [0, 1, 127, 128, 129, 16_383, 16_384])
      exact("x".repeat(length), undefined);
    for (const char of [
      "\u007f",
      "\u0080",
      "\u07ff",
      "\u0800",
      "\uffff",
      "\u{10000}",
      "\u{10ffff}",
    ]) {
      exact(char, undefined);
    }
  });

  test("is the encoded size, for every tree", () => {
    fc.assert(
      fc.property(anyBlock(), (block) => exact("", block)),
      { numRuns: 500 },
    );
  });

  test("is never too small for strings with lone surrogates", () => {
    const units = fc.array(fc.constantFrom("\ud83d", "\ude00", "a"));
    const item = units.map((each) =>
      create(BlockSchema, { inner: { case: "text", value: { text: each.join("") } } }),
    );
    fc.assert(
      fc.property(fc.array(item), (inner) => {
        const block = create(BlockSchema, { inner: { case: "container", value: { inner } } });
        assert.ok(normalisedSize("", block) >= encoded(normaliseMessage("", block)));
      }),
    );
  });

  test("counts unknown fields of every wire type", () => {
    const block = bold("x");
    block.$unknown = [
      { no: 16, wireType: WireType.Varint, data: new Uint8Array([1]) },
      { no: 536_870_911, wireType: WireType.Bit32, data: new Uint8Array(4) },
    ];
    exact("", block);
  });

  test("leaves the block as it was", () => {
    const block = bold("x");
    block.plain = "a lie";
    normalisedSize("", block);
    assert.equal(block.plain, "a lie");
  });

  test("a huge expansion is known before anything is as large as it", () => {
    const MIB = 1024 * 1024;
    const LEVELS = 47;
    let block = create(BlockSchema, {
      inner: { case: "text", value: { text: "é".repeat(2 * MIB) } },
    });
    for (let level = 0; level < LEVELS; level++) {
      const inner = [text("x"), block];
      block = create(BlockSchema, { inner: { case: "container", value: { inner } } });
    }
    const before = process.memoryUsage().heapUsed;
    const { bytes } = normaliseMessage("", block);
    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(bytes > 4 * MIB * LEVELS);
    assert.ok(grown < 64 * MIB, `heap grew by ${grown} bytes for a message of ${bytes}`);
  });
});

test("what is thrown is a BlockError", () => {
  assert.throws(() => normalisedSize("", create(BlockSchema)), BlockError);
});
