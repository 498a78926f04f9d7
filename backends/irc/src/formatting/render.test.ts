/** Blocks as lines: a row for each kind, and properties for any text. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Block,
  blockquote,
  bold,
  container,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  plainText,
  spoiler,
  strikethrough,
  text,
  timestamp,
  underline,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { renderBlock } from "./render.ts";
import { plainRuns } from "./runs.ts";
import { splitLines } from "./split.ts";

/** The lines that are sent if every one fits. */
const sent = (block: Block) => splitLines(renderBlock(block), 10_000).join("\n");

const cases: [string, Block, string][] = [
  ["text", text("hi"), "hi"],
  ["several lines", text("a\r\n\n  b \nc"), "a\n  b\nc"],
  ["bold", bold("hi"), "\x02hi"],
  ["bold in text", text`a ${bold("b")} c`, "a \x02b\x02 c"],
  ["bold in bold", bold(text`a ${bold("b")} c`), "\x02a b c"],
  ["bold over two lines", text`${bold("a\nb")}c`, "\x02a\n\x02b\x02c"],
  ["nested", bold(italics("hi")), "\x02\x1dhi"],
  ["underline and strikethrough", text`${underline("u")}${strikethrough("s")}`, "\x1fu\x1f\x1es"],
  ["code", text`run ${inlineCode("ls")} now`, "run \x11ls\x11 now"],
  ["code holds no codes", inlineCode("\x02ls\x0304"), "\x11ls04"],
  ["fenced code on lines of its own", text`see${fencedCode("a\nb")}ok`, "see\n\x11a\n\x11b\nok"],
  [
    "fenced code with indentation and blank lines",
    fencedCode("if x:\n\n    go \n\n\n"),
    "\x11if x:\n \n\x11    go \n \n ",
  ],
  ["fenced code of nothing", text`a${fencedCode("")}b`, "a\nb"],
  ["fenced code in a quote", blockquote(fencedCode("a\n\n b")), "> \x11a\n>  \n> \x11 b"],
  ["heading", text`${heading("T")}body`, "\x02T\nbody"],
  ["blockquote", blockquote("a\nb"), "> a\n> b"],
  [
    "quotes in a quote",
    text`x${blockquote(["a", blockquote("b"), "c"])}y`,
    "x\n> a\n> > b\n> c\ny",
  ],
  ["list", list(["tea", bold("pop")]), "tea, \x02pop"],
  ["list of lines", list(["a", blockquote("q"), fencedCode("x"), "b"]), "a,\n> q\n\x11x\nb"],
  ["list whose first is nothing", list(["", "a", "b"]), "a, b"],
  ["link", link("https://x.y", "here"), "here (https://x.y)"],
  ["link with formatting", link("https://x.y", bold("here")), "\x02here\x02 (https://x.y)"],
  ["link that says nothing more", link("https://x.y", "x.y"), "https://x.y"],
  ["link without text", link("https://x.y", ""), "https://x.y"],
  ["spoiler", text`${spoiler("4")}2`, "||4||2"],
  ["moment", timestamp(new Date(0)), "1970-01-01T00:00:00Z"],
  ["codes of a text", text`\x02loud\x0f, ${italics("soft")}`, "\x02loud\x02, \x1dsoft"],
  ["codes of a text end with it", text`\x02loud${italics("soft")}`, "\x02loud\x02\x1dsoft"],
  ["no colours", text("\x0304,12red\x03 \x16and\x16 \x04ff0000blue"), "red and blue"],
  ["nothing to see", bold(" \n\t "), ""],
  ["no code to see", fencedCode("\n\n"), ""],
];

describe("renderBlock", () => {
  for (const [name, block, expected] of cases) {
    it(name, () => assert.equal(sent(block), expected));
  }

  it("shows a block of an unknown kind as its plain text", () => {
    const unknown = { ...text(""), plain: "plain", inner: { case: undefined } } as Block;
    assert.equal(sent(unknown), "plain");
  });

  it("renders blocks nested as deep as core allows", () => {
    let block = text("deep");
    for (let depth = 0; depth < 40; depth++) block = depth % 2 === 0 ? spoiler(block) : bold(block);
    assert.equal(sent(block), `\x02${"||".repeat(20)}deep${"||".repeat(20)}`);
  });

  it("equals the protocol's plain text, but for lines and marks", () => {
    const block = container([bold("a"), italics(link("https://x.y", "b")), list(["c", "4d"])]);
    assert.equal(
      renderBlock(block)
        .map(({ runs }) => plainRuns(runs))
        .join("\n"),
      plainText(block),
    );
  });

  it("sends no line break and no control character but its five codes, whatever the text", () => {
    const texts = fc.string({ unit: "binary", maxLength: 60 });
    fc.assert(
      fc.property(texts, texts, texts, (one, two, three) => {
        const block = container([
          one,
          bold(two),
          inlineCode(three),
          fencedCode(one),
          link(two, three),
        ]);
        for (const line of splitLines(renderBlock(block), 400)) {
          // biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them.
          assert.doesNotMatch(line, /[\x00\x01\x03-\x08\x0a-\x0f\x10\x12-\x1c\x7f]/);
        }
      }),
    );
  });
});
