/** Every kind of block in a terminal, and no way for one to harm it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  blockquote,
  bold,
  container,
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
import fc from "fast-check";
import { cleanLine } from "./clean.ts";
import { formatBlock, MAX_SHOWN_LINES } from "./format.ts";

const ansi = (block: Block) => formatBlock(block, { color: true });
const plain = (block: Block) => formatBlock(block, { color: false });
const sgr = (code: string, words: string) => `\x1b[${code}m${words}\x1b[0m`;

const EVERY_KIND: Record<string, { block: Block; ansi: string[]; plain: string[] }> = {
  text: { block: text("a"), ansi: ["a"], plain: ["a"] },
  italics: { block: italics("a"), ansi: [sgr("3", "a")], plain: ["a"] },
  bold: { block: bold("a"), ansi: [sgr("1", "a")], plain: ["a"] },
  underline: { block: underline("a"), ansi: [sgr("4", "a")], plain: ["a"] },
  strikethrough: { block: strikethrough("a"), ansi: [sgr("9", "a")], plain: ["a"] },
  inlineCode: { block: inlineCode("a"), ansi: [sgr("36", "a")], plain: ["a"] },
  fencedCode: {
    block: fencedCode("a\n  b\n", "ts"),
    ansi: [
      sgr("2", "┌ ts"),
      `${sgr("2", "│ ")}${sgr("36", "a")}`,
      `${sgr("2", "│ ")}${sgr("36", "  b")}`,
    ],
    plain: ["┌ ts", "│ a", "│   b"],
  },
  spoiler: { block: spoiler("a"), ansi: [sgr("30;40", "a")], plain: ["a"] },
  list: {
    block: list(["a", bold("b")]),
    ansi: ["• a", `• ${sgr("1", "b")}`],
    plain: ["• a", "• b"],
  },
  link: {
    block: link("https://x.y", "a"),
    ansi: [`${sgr("4", "a")}${sgr("2", " (https://x.y)")}`],
    plain: ["a (https://x.y)"],
  },
  blockquote: {
    block: blockquote("a\nb"),
    ansi: [`${sgr("2", "▎ ")}a`, `${sgr("2", "▎ ")}b`],
    plain: ["▎ a", "▎ b"],
  },
  container: { block: container(["a", bold("b")]), ansi: [`a${sgr("1", "b")}`], plain: ["ab"] },
  timestamp: {
    block: timestamp(new Date("2026-01-02T03:04:05.9Z")),
    ansi: ["2026-01-02 03:04:05 UTC"],
    plain: ["2026-01-02 03:04:05 UTC"],
  },
  heading: { block: heading("a", 1), ansi: [sgr("1;4", "a")], plain: ["a"] },
};

test("all kinds of blocks have their look", () => {
  const kinds = BlockSchema.oneofs[0]?.fields.map((field) => field.localName);
  assert.deepEqual(Object.keys(EVERY_KIND).sort(), kinds?.sort());
  for (const [kind, expected] of Object.entries(EVERY_KIND)) {
    assert.deepEqual(ansi(expected.block), expected.ansi, kind);
    assert.deepEqual(plain(expected.block), expected.plain, kind);
  }
});

test("a kind of a later edition shows its plain text", () => {
  assert.deepEqual(ansi(create(BlockSchema, { plain: "from the future" })), ["from the future"]);
});

test("a link that shows its address shows it once", () => {
  assert.deepEqual(plain(link("https://x.y")), ["https://x.y"]);
  assert.deepEqual(plain(link("https://x.y", "x.y")), ["https://x.y"]);
  assert.deepEqual(plain(link("https://x.y", "")), ["https://x.y"]);
});

test("blocks nest: styles add up, lines keep their prefixes", () => {
  assert.deepEqual(ansi(bold(["a", italics("b")])), [`${sgr("1", "a")}${sgr("1;3", "b")}`]);
  assert.deepEqual(plain(list(["a", list(["b", "c"])])), ["• a", "• • b", "  • c"]);
  assert.deepEqual(plain(blockquote(list(["a", fencedCode("x\ny")]))), [
    "▎ • a",
    "▎ • │ x",
    "▎   │ y",
  ]);
  assert.deepEqual(plain(container(["a", heading("b"), "c"])), ["a", "b", "c"]);
});

test("nothing inside a spoiler uncovers it", () => {
  const [line = ""] = ansi(spoiler(["a", inlineCode("b"), bold("c")]));
  assert.equal(line, `${sgr("30;40", "a")}${sgr("36;30;40", "b")}${sgr("1;30;40", "c")}`);
});

test("a very long message is cut", () => {
  const lines = plain(text("x\n".repeat(MAX_SHOWN_LINES + 99).trimEnd()));
  assert.equal(lines.length, MAX_SHOWN_LINES + 1);
  assert.equal(lines.at(-1), "… 99 more lines");
});

const harmful = fc.string({
  unit: fc.constantFrom(
    "\x1b",
    "\x9b",
    "[",
    "]",
    "0;",
    "m",
    "\x07",
    "\b",
    "\r",
    "\n",
    "\x7f",
    "\u202e",
    "a",
    "\ud800",
  ),
});

test("hostile text reaches the terminal without its control characters", () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const control = /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
  fc.assert(
    fc.property(harmful, harmful, (a, b) => {
      const block = create(BlockSchema, { plain: a });
      const all = [
        block,
        text(a),
        inlineCode(a),
        fencedCode(a, b),
        link(a, b),
        list([a, b]),
        heading(a),
      ];
      for (const each of all) for (const line of plain(each)) assert.doesNotMatch(line, control);
      for (const each of all) {
        for (const line of ansi(each)) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: the only ones we write.
          assert.doesNotMatch(line.replace(/\x1b\[[0-9;]+m/g, ""), control);
        }
      }
      assert.doesNotMatch(cleanLine(a), control);
    }),
  );
});
