/** Blocks to formatting codes and back. */
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
} from "@seabird/protocol";
import fc from "fast-check";
import { stripCodes, TOGGLES } from "./codes.ts";
import {
  parseRuns,
  plainRuns,
  type Run,
  renderBlock,
  runsToBlock,
  trimRuns,
  writeRuns,
} from "./format.ts";

const cases: [string, Block, string][] = [
  ["text", text("hi"), "hi"],
  ["bold", bold("hi"), "\x02hi"],
  ["bold in text", text`a ${bold("b")} c`, "a \x02b\x02 c"],
  ["bold in bold", bold(text`a ${bold("b")} c`), "\x02a b c"],
  ["nested", bold(italics("hi")), "\x02\x1dhi"],
  ["underline and strikethrough", text`${underline("u")}${strikethrough("s")}`, "\x1fu\x1f\x1es"],
  ["code", text`run ${inlineCode("ls")} now`, "run \x11ls\x11 now"],
  ["fenced code on lines of its own", text`see${fencedCode("a\nb")}ok`, "see\n\x11a\n\x11b\nok"],
  ["heading", text`${heading("T")}body`, "\x02T\nbody"],
  ["blockquote", blockquote("a\nb"), "> a\n> b"],
  ["list", list(["tea", bold("pop")]), "tea, \x02pop"],
  ["link", link("https://x.y", "here"), "here (https://x.y)"],
  ["link that says nothing more", link("https://x.y", "x.y"), "https://x.y"],
  ["link without text", link("https://x.y", ""), "https://x.y"],
  ["spoiler before a digit", text`${spoiler("4")}2`, "\x0300,00\x02\x024\x03\x02\x022"],
  ["moment", timestamp(new Date(0)), "1970-01-01T00:00:00Z"],
  ["codes in a text end with it", text`\x02loud${italics("soft")}`, "\x02loud\x0f\x1dsoft"],
];

describe("renderBlock", () => {
  for (const [name, block, expected] of cases) {
    it(name, () => assert.equal(renderBlock(block), expected));
  }

  it("shows a block of an unknown kind as its plain text", () => {
    const unknown = { ...text(""), plain: "plain", inner: { case: undefined } } as Block;
    assert.equal(renderBlock(unknown), "plain");
  });

  it("survives a nesting that core would refuse", () => {
    let block = text("deep");
    for (let depth = 0; depth < 40; depth++) block = bold(block);
    assert.equal(renderBlock(block), "\x02deep");
  });
});

const runs = fc.array(
  fc.record({
    text: fc.stringMatching(/^[a-z0-9, é🦀]{1,8}$/u),
    styles: fc.subarray([...TOGGLES]).map((names) => new Set(names)),
  }),
  { maxLength: 8 },
);

describe("writeRuns and parseRuns", () => {
  it("undo each other, neighbours of one style apart", () => {
    fc.assert(
      fc.property(runs, (given) => {
        assert.deepEqual(parseRuns(writeRuns(given)), merged(given));
      }),
    );
  });

  it("drop colours and stray codes, and keep the words", () => {
    const line = "\x0304,12red\x03 \x02bold\x16rev\x0f \x04ff0000hex \x01\x07end";
    assert.equal(plainRuns(parseRuns(line)), "red boldrev hex end");
  });
});

describe("runsToBlock", () => {
  it("keeps the words and the formatting", () => {
    fc.assert(
      fc.property(runs, (given) => {
        const block = runsToBlock(given);
        const line = block === undefined ? plainRuns(given) : renderBlock(block);
        assert.deepEqual(parseRuns(line), merged(given));
        if (block !== undefined) assert.equal(plainText(block), plainRuns(given));
      }),
    );
  });

  it("makes no block of plain words", () => {
    assert.equal(runsToBlock(parseRuns("hello \x0304world")), undefined);
  });

  it("makes one block of one run", () => {
    assert.deepEqual(runsToBlock(parseRuns("\x02hi")), bold("hi"));
    assert.deepEqual(runsToBlock(parseRuns("a \x02b")), container([text("a "), bold("b")]));
  });
});

describe("trimRuns", () => {
  it("drops a prefix and white space at the ends, across runs", () => {
    const trimmed = trimRuns(parseRuns("\x02bird\x02:  say \x1dhi\x1d "), "bird:".length);
    assert.equal(writeRuns(trimmed), "say \x1dhi");
  });

  it("leaves nothing of nothing", () => {
    assert.deepEqual(trimRuns(parseRuns("bird:"), 5), []);
    assert.deepEqual(trimRuns(parseRuns("bird:   "), 5), []);
  });
});

describe("renderBlock and stripCodes", () => {
  it("agree with the protocol's plain text where lines do not differ", () => {
    const block = container([
      bold("a"),
      italics(link("https://x.y", "b")),
      list(["c", spoiler("4d")]),
    ]);
    assert.equal(stripCodes(renderBlock(block)), plainText(block));
  });
});

function merged(given: readonly Run[]): Run[] {
  const result: { text: string; styles: Run["styles"] }[] = [];
  for (const { text: words, styles } of given) {
    const last = result.at(-1);
    if (last !== undefined && [...last.styles].sort().join() === [...styles].sort().join()) {
      last.text += words;
    } else result.push({ text: words, styles });
  }
  return result;
}
