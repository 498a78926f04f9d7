/** Plain text, kind by kind. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import * as build from "./blocks.ts";
import { type Block, BlockSchema } from "./gen/common_pb.js";
import { plainText } from "./plain.ts";

const { bold, container, italics, link, list, text } = build;

function timestampBlock(seconds: bigint, nanos: number): Block {
  return create(BlockSchema, {
    inner: { case: "timestamp", value: { inner: { seconds, nanos } } },
  });
}

function emptyList(isOrdered: boolean): Block {
  return create(BlockSchema, { inner: { case: "list", value: { isOrdered } } });
}

test("golden cases", () => {
  const cases: readonly [Block, string][] = [
    [container(["a", "b"]), "ab"],
    [list(["a", "b"]), "a, b"],
    [bold(italics("hi")), "hi"],
    [link("https://x.y", "example"), "example (https://x.y)"],
    [link("https://x.y", "x.y"), "https://x.y"],
    [link("https://x.y", text("")), "https://x.y"],
    [timestampBlock(0n, 999_999_999), "1970-01-01T00:00:00Z"],
  ];
  for (const [block, plain] of cases) assert.equal(plainText(block), plain);
});

test("code reads as its text, wrappers as what they wrap, empty lists as nothing", () => {
  assert.equal(plainText(build.inlineCode("a()")), "a()");
  assert.equal(plainText(build.fencedCode("a()\nb()", "js")), "a()\nb()");
  assert.equal(plainText(emptyList(false)), "");
  assert.equal(plainText(container([])), "");
  const wrap = [build.underline, build.strikethrough, build.spoiler, build.blockquote];
  for (const wrapper of [...wrap, build.heading]) assert.equal(plainText(wrapper("x")), "x");
});

test("mentions read as what they wrap, emoji as their text, ordered lists with numbers", () => {
  assert.equal(plainText(build.mention({ userId: "x" }, ["@", bold("ann")])), "@ann");
  assert.equal(plainText(build.emoji(":parrot:", { id: "7", url: "https://x.y" })), ":parrot:");
  assert.equal(plainText(list(["a", "b"], { ordered: true })), "1. a, 2. b");
  assert.equal(plainText(list(["a", ""], { ordered: true })), "1. a, 2. ");
  assert.equal(plainText(emptyList(true)), "");
  const letters = [..."abcdefghij"];
  assert.match(plainText(list(letters, { ordered: true })), /^1\. a, .*, 9\. i, 10\. j$/);
});

test("attachments read as name and url, or whichever of the two there is", () => {
  const rows = [
    [{ name: "cat.jpg", url: "https://x.y" }, "cat.jpg: https://x.y"],
    [{ name: "cat.jpg" }, "cat.jpg"],
    [{ url: "https://x.y" }, "https://x.y"],
    [{ id: "7", description: "a cat" }, ""],
  ] as const;
  for (const [file, plain] of rows) assert.equal(plainText(build.attachment(file)), plain);
});

suite("links", () => {
  const reads = (url: string, child: string, plain: string) =>
    assert.equal(plainText(link(url, text(child))), plain);

  test("collapse when the child is the url, with or without its scheme", () => {
    reads("https://x.y", "https://x.y", "https://x.y");
    reads("http://x.y", "x.y", "http://x.y");
    reads("mailto:a@x.y", "a@x.y", "mailto:a@x.y");
    reads("https://", "", "https://");
    reads("", "", "");
  });

  test("stand beside any other child", () => {
    reads("ftp://x.y", "x.y", "x.y (ftp://x.y)");
    reads("https://x.y", "X.y", "X.y (https://x.y)");
    reads("https://x.y", "http://x.y", "http://x.y (https://x.y)");
    reads("https://x.y/", "x.y", "x.y (https://x.y/)");
    reads("https://https://x.y", "x.y", "x.y (https://https://x.y)");
    reads("https://x.y", " ", "  (https://x.y)");
    reads("", "x", "x ()");
  });

  test("look at what the child reads as, not at its kind", () => {
    assert.equal(plainText(link("https://x.y", [bold("x"), ".y"])), "https://x.y");
  });
});

suite("times", () => {
  test("are written in UTC to the second", () => {
    const seconds = BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) / 1000n;
    assert.equal(plainText(timestampBlock(seconds, 0)), "2026-01-02T03:04:05Z");
    assert.equal(plainText(timestampBlock(-1n, 999_999_999)), "1969-12-31T23:59:59Z");
  });

  test("reach from year 1 to year 9999", () => {
    assert.equal(plainText(timestampBlock(-62_135_596_800n, 0)), "0001-01-01T00:00:00Z");
    assert.equal(plainText(timestampBlock(253_402_300_799n, 999_999_999)), "9999-12-31T23:59:59Z");
  });
});

test("the tree is not changed", () => {
  const block = bold("x");
  block.plain = "stale";
  assert.equal(plainText(block), "x");
  assert.equal(block.plain, "stale");
});
