/** Formatting as a test shows it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  BlockSchema,
  blockquote,
  bold,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
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
    [create(BlockSchema, { plain: "of a later edition" }), "of a later edition"],
    [undefined, ""],
  ] as const;
  for (const [block, shown] of rows) assert.equal(showBlock(block), shown);
});
