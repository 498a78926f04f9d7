/** Formatting as a test shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  attachment,
  BlockSchema,
  blockquote,
  bold,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  mention,
  spoiler,
  strikethrough,
  text,
  timestamp,
  underline,
} from "@seabird-chat/protocol";
import { showBlock } from "./show-block.ts";

test("every kind of block has its signs", () => {
  const rows = [
    [text`a ${bold(italics("b"))} c`, "a **_b_** c"],
    [underline("u"), "__u__"],
    [strikethrough("s"), "~~s~~"],
    [spoiler("s"), "||s||"],
    [inlineCode("x"), "`x`"],
    [fencedCode("x", "ts"), "```ts\nx\n```"],
    [blockquote("q"), "> q"],
    [heading("h", 2), "## h"],
    [link("https://x.y", "words"), "[words](https://x.y)"],
    [link("https://x.y"), "https://x.y"],
    [list(["a", bold("b")]), "\n- a\n- **b**"],
    [timestamp(new Date(0)), "1970-01-01T00:00:00.000Z"],
    [list(["a", "b"], { ordered: true }), "\n1. a\n2. b"],
    [text`hi ${mention({ userId: "u1" }, bold("Ann"))}`, "hi <**Ann**>"],
    [mention("everyone"), "<@everyone>"],
    [emoji(":parrot:", { id: "p1" }), ":parrot:"],
    [attachment({ url: "https://x.y/c", name: "c.jpg" }), "[file c.jpg: https://x.y/c]"],
    [create(BlockSchema, { plain: "of a later edition" }), "of a later edition"],
    [undefined, ""],
  ] as const;
  for (const [block, shown] of rows) assert.equal(showBlock(block), shown);
});
