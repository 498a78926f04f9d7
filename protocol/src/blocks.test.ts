/** Builders, and `text` as a tagged template. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
import * as build from "./blocks.ts";
import { bold, container, italics, link, list, text } from "./blocks.ts";
import { type Block, BlockSchema } from "./gen/common_pb.js";
import { innerBlocks, walkBlocks } from "./walk.ts";

const kinds = (block: Block) => [...walkBlocks(block)].map((each) => each.inner.case);

suite("builders", () => {
  const one: Record<string, Block> = {
    text: text("x"),
    italics: italics("x"),
    bold: bold("x"),
    underline: build.underline("x"),
    strikethrough: build.strikethrough("x"),
    inlineCode: build.inlineCode("x"),
    fencedCode: build.fencedCode("x", "ts"),
    spoiler: build.spoiler("x"),
    list: list(["x"]),
    link: link("https://x.y", "x"),
    blockquote: build.blockquote("x"),
    timestamp: build.timestamp(new Date(0)),
    container: container(["x"]),
    heading: build.heading("x", 2),
  };

  test("there is one for every kind, and each builds that kind", () => {
    const inner = BlockSchema.oneofs[0];
    assert.deepEqual(inner?.fields.map((field) => field.localName).sort(), Object.keys(one).sort());
    for (const [kind, block] of Object.entries(one)) assert.equal(block.inner.case, kind);
  });

  test("what is built survives the wire", () => {
    for (const block of Object.values(one)) {
      assert.deepEqual(fromBinary(BlockSchema, toBinary(BlockSchema, block)), block);
    }
  });

  test("every block has its plain text", () => {
    const block = container([bold(["a", italics("b")]), list(["c", "d"])]);
    assert.deepEqual(
      [...walkBlocks(block)].map((each) => each.plain),
      ["abc, d", "ab", "ab", "a", "b", "b", "c, d", "c", "d"],
    );
  });

  test("content is words, numbers, blocks, or several of them", () => {
    assert.equal(bold(7).plain, "7");
    assert.equal(bold(7n).plain, "7");
    assert.deepEqual(kinds(bold(["a", 1, "b"])), ["bold", "text"]);
    assert.deepEqual(kinds(bold(["a", ["b", italics("c")]])), [
      "bold",
      "container",
      "text",
      "italics",
      "text",
    ]);
    assert.deepEqual(kinds(bold([])), ["bold", "text"]);
    const inner = text("same");
    assert.equal(innerBlocks(bold(inner))[0], inner);
  });

  test("lists and containers keep one block for each element, empty ones too", () => {
    assert.equal(innerBlocks(list(["a", "", "b"])).length, 3);
    assert.equal(list(["a", "", "b"]).plain, "a, , b");
    assert.equal(innerBlocks(container(["a", "b"])).length, 2);
  });

  test("a link reads as its url by default", () => {
    assert.equal(link("https://x.y").plain, "https://x.y");
  });

  test("lone surrogates, which the wire cannot carry, become U+FFFD", () => {
    assert.equal(text("a\ud800").plain, "a\ufffd");
    assert.equal(build.inlineCode("\udc00").plain, "\ufffd");
    assert.equal(link("\ud800").plain, "\ufffd");
  });

  test("too deep a tree fails where it is built", () => {
    let block = text("x");
    for (let depth = 1; depth < MAX_BLOCK_DEPTH; depth++) block = bold(block);
    assert.throws(() => bold(block), BlockError);
  });

  test("a time that cannot be sent fails where it is built", () => {
    assert.throws(() => build.timestamp(new Date("+010000-01-01T00:00:00Z")), BlockError);
    assert.throws(() => build.timestamp(new Date("no date")), BlockError);
  });
});

suite("text as a template", () => {
  test("words alone are one text block", () => {
    assert.deepEqual(kinds(text`hi ${"you"}, ${3} times`), ["text"]);
    assert.equal(text`hi ${"you"}, ${3} times`.plain, "hi you, 3 times");
    assert.equal(text``.plain, "");
  });

  test("blocks stand where they are put", () => {
    const block = text`good ${"morning"}, ${bold("name")}${italics("!")}`;
    assert.deepEqual(kinds(block), ["container", "text", "bold", "text", "italics", "text"]);
    assert.equal(block.plain, "good morning, name!");
  });

  test("what is no content is refused, and where it stands", () => {
    const rows: [() => unknown, string][] = [
      [() => text`hi ${undefined as never}!`, 'value 1, after "hi ": it is undefined'],
      [() => text`${"a"} and ${null as never}`, 'value 2, after " and ": it is null'],
      [() => text`${["a", undefined as never]}`, 'value 1, after "": part 2: it is undefined'],
      [() => text`so ${{} as never}`, "it is an object that is no block"],
      [() => text`so ${(() => "x") as never}`, "it is a function"],
      [() => text(undefined as never), "text: it is undefined"],
      [() => bold(undefined as never), "it is undefined"],
      [() => list(["a", null as never]), "it is null"],
    ];
    for (const [build, message] of rows) {
      assert.throws(build, (error: Error) => {
        assert.ok(error instanceof BlockError);
        assert.ok(error.message.includes(message), error.message);
        return true;
      });
    }
  });

  test("a block alone is that block", () => {
    const block = bold("x");
    assert.equal(text`${block}`, block);
  });

  test("lists read well", () => {
    const block = text`Today: ${list(["tea", text`more ${italics("tea")}`])}.`;
    assert.equal(block.plain, "Today: tea, more tea.");
  });

  test("nothing is parsed: markup in words stays words", () => {
    assert.deepEqual(kinds(text`${"**x** <b>"}`), ["text"]);
    assert.equal(text`a\tb`.plain, "a\tb");
    assert.equal(text`C:\users`.plain, "C:\\users");
  });
});
