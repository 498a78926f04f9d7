/** Walking trees of blocks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import * as build from "./blocks.ts";
import { type Block, BlockSchema } from "./gen/common_pb.js";
import { blockDepth, innerBlocks, walkBlocks } from "./walk.ts";

const { bold, container, link, list, text } = build;

test("the root comes first, then each child's tree in the order of reading", () => {
  const block = container(["a", list(["b", bold("c")]), link("https://x.y", "d")]);
  const plains = [...walkBlocks(block)].map((each) => each.plain);
  assert.deepEqual(plains.slice(1), ["a", "b, c", "b", "c", "c", "d (https://x.y)", "d"]);
});

test("depth is that of the deepest block", () => {
  assert.equal(blockDepth(text("x")), 1);
  assert.equal(blockDepth(container([])), 1);
  assert.equal(blockDepth(list(["a", bold(bold("b")), "c"])), 4);
});

test("every wrapper's inner block is found", () => {
  const wrappers = [
    build.italics,
    bold,
    build.underline,
    build.strikethrough,
    build.spoiler,
    build.blockquote,
    build.heading,
    (content: string) => build.mention("everyone", content),
  ];
  for (const wrap of wrappers) assert.equal(innerBlocks(wrap("x")).length, 1);
  const leaves = [build.inlineCode("x"), build.emoji("x"), build.attachment({ name: "x" })];
  for (const leaf of leaves) assert.equal(innerBlocks(leaf).length, 0);
  const empty = create(BlockSchema, { inner: { case: "bold", value: {} } });
  assert.equal(innerBlocks(empty).length, 0);
});

test("no depth is too deep to walk", () => {
  const DEPTH = 200_000;
  let block: Block = text("x");
  for (let depth = 1; depth < DEPTH; depth++) {
    block = create(BlockSchema, { inner: { case: "bold", value: { inner: block } } });
  }
  assert.equal(blockDepth(block), DEPTH);
  assert.equal(
    walkBlocks(block).reduce((count) => count + 1, 0),
    DEPTH,
  );
});
