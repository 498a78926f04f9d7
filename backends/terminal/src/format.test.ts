/** Every kind of block in a terminal, and no way for one to harm it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  BlockSchema,
  blockquote,
  bold,
  container,
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
import fc from "fast-check";
import { cleanLine } from "./clean.ts";
import { formatBlock, MAX_SHOWN_LINES } from "./format.ts";
import { opensHyperlinks } from "./main.ts";

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
  mention: { block: mention({ userId: "ann" }), ansi: [sgr("1;7", "@ann")], plain: ["@ann"] },
  emoji: { block: emoji(":parrot:", { id: "7" }), ansi: [":parrot:"], plain: [":parrot:"] },
  attachment: {
    block: attachment({ name: "cat.jpg", url: "https://x.y/cat.jpg" }),
    ansi: [`${sgr("4", "cat.jpg")}${sgr("2", " (https://x.y/cat.jpg)")}`],
    plain: ["cat.jpg (https://x.y/cat.jpg)"],
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

test("an ordered list has numbers, and its items stay under one another", () => {
  assert.deepEqual(plain(list(["a\nb", "c"], { ordered: true })), ["1. a", "   b", "2. c"]);
});

test("a file is shown by what is known of it", () => {
  const rows = [
    [{ url: "https://x.y/a.png" }, "https://x.y/a.png"],
    [{ name: "a.png" }, "a.png"],
    [{ url: "https://x.y/a.png", description: "a cat" }, "a cat (https://x.y/a.png)"],
    [{ url: "https://x.y", name: "https://x.y" }, "https://x.y"],
    [{ id: "7" }, "a file"],
  ] as const;
  for (const [file, line] of rows) assert.deepEqual(plain(attachment(file)), [line]);
});

test("only addresses of the web become hyperlinks, and none can end its control sequence", () => {
  const shown = (url: string) =>
    formatBlock(attachment({ url, name: "a" }), { color: true, hyperlinks: true }).join("");
  const start = (url: string) => `\x1b]8;;${url}\x1b\\`;
  assert.equal(
    shown("https://x.y/ä"),
    `${start("https://x.y/%C3%A4")}${sgr("4", "a")}${start("")}${start("https://x.y/%C3%A4")}${sgr(
      "2",
      " (https://x.y/ä)",
    )}${start("")}`,
  );
  const others = ["file:///etc/passwd", "javascript:x", "x", `https://x.y/${"a".repeat(2_000)}`];
  for (const url of others) assert.ok(!shown(url).includes("\x1b]8"), url.slice(0, 50));
  const hostile = shown("https://x.y/\x1b\\\x07;");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the only ones we write.
  const ours = /\x1b\]8;;[!-~]*\x1b\\|\x1b\[[0-9;]+m/g;
  assert.doesNotMatch(hostile.replace(ours, ""), /\p{Cc}/u);
});

test("terminals that open hyperlinks are known by what they set", () => {
  const rows = [
    [{}, false],
    [{ TERM: "xterm" }, false],
    [{ VTE_VERSION: "4601" }, false],
    [{ VTE_VERSION: "7600" }, true],
    [{ TERM: "xterm-kitty" }, true],
    [{ TERM_PROGRAM: "WezTerm" }, true],
    [{ TERM_PROGRAM: "Apple_Terminal" }, false],
    [{ WT_SESSION: "1" }, true],
    [{ TERM: "xterm", FORCE_HYPERLINK: "1" }, true],
    [{ TERM: "xterm-kitty", FORCE_HYPERLINK: "0" }, false],
  ] as const;
  for (const [env, opens] of rows) assert.equal(opensHyperlinks(env), opens, JSON.stringify(env));
});

test("an emoji is short, and on one line", () => {
  assert.deepEqual(plain(emoji("x\n".repeat(100), { id: "7" })), ["x ".repeat(16)]);
  assert.deepEqual(plain(emoji("", { id: "7" })), [":7:"]);
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
        mention({ userId: "a" }, a || "a"),
        emoji(a, { id: b || "7" }),
        attachment({ url: a, name: b, id: "7" }),
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
