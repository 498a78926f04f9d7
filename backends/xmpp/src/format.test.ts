/** Bodies with message styling are read by XEP-0393's rules; blocks that are sent and read again stay. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  attachment,
  type Block,
  blockquote,
  bold,
  type Content,
  container,
  contentBlock,
  fencedCode,
  heading,
  inlineCode,
  innerBlocks,
  italics,
  link,
  list,
  mention,
  plainText,
  spoiler,
  strikethrough,
  text,
  underline,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { anyBlock } from "../../../protocol/src/testing/any-block.ts";
import { blockToBody, bodyToBlock } from "./format.ts";
import { JOINER } from "./formatting/write-line.ts";

const read = (body: string): Block => bodyToBlock(body) ?? text(body);
const write = (block: Block): string => blockToBody(block).body;

describe("bodyToBlock", () => {
  const rows: readonly (readonly [string, Block | undefined])[] = [
    // XEP-0393, 6.2: spans.
    ["*strong*", bold("strong")],
    ["plain *strong* plain", text`plain ${bold("strong")} plain`],
    ["*strong* plain *strong*", text`${bold("strong")} plain ${bold("strong")}`],
    ["*strong*plain*", text`${bold("strong")}plain*`],
    ["* plain *strong*", text`* plain ${bold("strong")}`],
    ["not strong*", undefined],
    ["*not strong", undefined],
    ["*not \n strong*", undefined],
    ["*not *strong", undefined],
    ["**", undefined],
    ["***", undefined],
    ["****", undefined],
    ["_Twelfth Night_ but _most_", text`${italics("Twelfth Night")} but ${italics("most")}`],
    ["Everyone ~dis~likes cake.", text`Everyone ${strikethrough("dis")}likes cake.`],
    ["This is `*monospace*`", text`This is ${inlineCode("*monospace*")}`],
    ["*`monospace and bold`*", bold(inlineCode("monospace and bold"))],
    ["*this cannot _overlap*_", text`${bold("this cannot _overlap")}_`],
    ["_no `with *children*`_", italics(["no ", inlineCode("with *children*")])],
    ["2*3*4 and snake_case_name", undefined],
    ["*e\u0301*\u00a0*x*", text`${bold("e\u0301")}\u00a0${bold("x")}`],
    // 6.1: blocks.
    [
      "```ignored\n(println *x*)\n```\n\nplain",
      text`${fencedCode("(println *x*)", "ignored")}\n\nplain`,
    ],
    ["> ```\n> (code)\n\nplain", text`${blockquote(fencedCode("(code)"))}\n\nplain`],
    ["> That that is, is.\n\nSaid he.", text`${blockquote("That that is, is.")}\n\nSaid he.`],
    [">> is.\n> Said he.\n\nWho?", text`${blockquote([blockquote("is."), "\nSaid he."])}\n\nWho?`],
    ["```no end\na", fencedCode("a", "no end")],
    ["```nothing in it```", undefined],
    ["a > b", undefined],
    [
      `${">".repeat(9)}x`,
      [...Array(8)].reduce<Content>((inner) => blockquote(inner), ">x") as Block,
    ],
  ];
  for (const [body, block] of rows) {
    it(JSON.stringify(body), () => assert.deepEqual(bodyToBlock(body), block));
  }

  it("reads an unstyled body as it is", () => {
    assert.equal(bodyToBlock("*a*\n> b", { isStyled: false }), undefined);
  });

  it("makes mention blocks, but not over a directive or in code", () => {
    const mentions = [
      { start: 0, end: 3, userId: "r@x/Ann" },
      { start: 5, end: 8, userId: "r@x/Bob" },
      { start: 8, end: 11, userId: "r@x/over" },
      { start: 13, end: 14, userId: "r@x/code" },
    ];
    const block = bodyToBlock("Ann *Bob* x `c`", { mentions });
    const [ann, bob] = [
      mention({ userId: "r@x/Ann" }, "Ann"),
      mention({ userId: "r@x/Bob" }, "Bob"),
    ];
    assert.deepEqual(block, text`${ann} ${bold(bob)} x ${inlineCode("c")}`);
  });
});

describe("blockToBody", () => {
  const rows: readonly (readonly [string, Block, string])[] = [
    ["spans within each other", italics(["a ", bold("b"), " c"]), "_a *b* c_"],
    ["blanks stand outside", text`x${bold(" a ")}y`, "x *a* y"],
    ["what begins within a word is plain", text`x${bold("a")}`, "xa"],
    ["what holds its own directive is plain", bold("2*3"), "2*3"],
    ["underlined text has no sign", underline("a"), "a"],
    ["lines", bold("a\nb"), "*a*\n*b*"],
    ["headings", text`a${heading("b")}c`, "a\n*b*\nc"],
    ["quotes", text`a ${blockquote(["b\n\n", blockquote("c")])}d`, "a \n> b\n>\n> > c\nd"],
    ["two quotes", container([blockquote("a"), blockquote("b")]), "> a\n\n> b"],
    ["code", fencedCode("a *b*\n", "ts"), "```ts\na *b*\n```"],
    ["code with a fence in it", fencedCode("a\n```\nb"), `\`\`\`\na\n${JOINER}\`\`\`\nb\n\`\`\``],
    ["lists", list(["a", bold("b")]), "• a\n• *b*"],
    ["numbered lists", list(["a", "b"], { ordered: true }), "1. a\n2. b"],
    ["links", text`see ${link("https://x.y", "the plan")}`, "see the plan (https://x.y)"],
    ["links that are their text", link("https://x.y"), "https://x.y"],
    ["files", attachment({ name: "a.png", url: "https://x.y/a" }), "a.png: https://x.y/a"],
    ["part of it hidden", text`a ${spoiler("b")}`, "a ||b||"],
    ["signs beside formatting", text`*a* ${bold("b")}`, `${JOINER}*a* *b*`],
    ["a quote's sign beside formatting", text`> a ${bold("b")}`, `${JOINER}> a *b*`],
    ["what XML cannot hold", text("a\u0000b\u001b[1m\uffff\ud800"), "ab[1m\ufffd"],
  ];
  for (const [name, block, body] of rows) {
    it(name, () => assert.equal(write(block), body));
  }

  it("keeps plain text as it is, and says so", () => {
    for (const plain of ["*a* _b_", "> a", "a\n\n```\nb\n```", "~`"]) {
      const { body, isUnstyled } = blockToBody(text(plain));
      assert.deepEqual({ body, isUnstyled }, { body: plain, isUnstyled: true });
    }
    assert.equal(blockToBody(text("a, b: c - d")).isUnstyled, false);
  });

  it("counts mentions in code points, with the name by which they notify", () => {
    const named = { nameOf: (userId: string) => userId.split("/")[1] };
    const block = text`🦀 *a* ${bold(mention({ userId: "r@x/Ann" }, "x"))}, ${mention({ userId: "r@x/B" })}`;
    const rendered = blockToBody(block, named);
    assert.equal(rendered.body, `🦀 ${JOINER}*a* *Ann*, B`);
    assert.deepEqual(
      rendered.mentions.map(({ userId, begin, end }) => [
        userId,
        [...rendered.body].slice(begin, end).join(""),
      ]),
      [
        ["r@x/Ann", "Ann"],
        ["r@x/B", "B"],
      ],
    );
    assert.equal(write(block), `🦀 ${JOINER}*a* *x*, @r@x/B`);
  });

  it("names a message that is hidden as a whole, and one without text", () => {
    const { body, isSpoiler } = blockToBody(spoiler(bold("a")));
    assert.deepEqual({ body, isSpoiler }, { body: "*a*", isSpoiler: true });
    for (const block of [text(""), blockquote(" "), fencedCode(""), bold("\n")]) {
      assert.equal(write(block), "");
    }
    assert.equal(blockToBody(attachment({ url: "https://x" }), { attachment: () => "" }).body, "");
  });
});

/** Text of whole words, in which spans can stand. */
const words = fc.stringMatching(/^[a-z0-9,é🦀]( ?[a-z0-9,é🦀]){0,5}$/u);
/** Text full of signs. */
const signs = fc.string({ unit: fc.constantFrom(..."*_~`> \nab"), maxLength: 12 });

function trees(leaf: fc.Arbitrary<string>, glue: string) {
  return fc
    .letrec<{ tree: Content }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        leaf,
        leaf.filter((each) => each !== "").map((each) => inlineCode(each)),
        tie("tree").map((inner) => bold(inner)),
        tie("tree").map((inner) => italics(inner)),
        tie("tree").map((inner) => strikethrough(inner)),
        tie("tree").map((inner) => blockquote(inner)),
        leaf.map((each) => fencedCode(each, "ts")),
        fc
          .array(tie("tree"), { maxLength: 4 })
          .map((parts) => container(parts.flatMap((part, i) => (i > 0 ? [glue, part] : [part])))),
      ),
    }))
    .tree.map((content) => contentBlock(content));
}

describe("write then read", () => {
  it("is the same text, each character with its formatting", () => {
    fc.assert(
      fc.property(trees(words, " "), (block) => {
        assert.deepEqual(formatted(read(write(block))), formatted(block));
      }),
      { numRuns: 500 },
    );
  });

  it("loses formatting, but never text, and makes none where signs stand in the way", () => {
    fc.assert(
      fc.property(trees(signs, ""), (block) => {
        const meant = formatted(block);
        const { body, isUnstyled } = blockToBody(block);
        const got = formatted(isUnstyled ? text(body) : read(body));
        const chars = (of: readonly Character[]) => of.map(({ char }) => char).join("");
        if (body === "") return;
        assert.equal(chars(got), chars(meant));
        for (const [index, { styles }] of got.entries()) {
          const allowed = meant[index]?.styles ?? new Set();
          assert.ok(styles.isSubsetOf(allowed), `${[...styles]} of ${JSON.stringify(body)}`);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  it("is the same tree, once it was read from the network", () => {
    fc.assert(
      fc.property(fc.oneof(signs, words, trees(signs, " ").map(write)), (body) => {
        const block = bodyToBlock(body);
        if (block === undefined || plainText(block).trim() === "") return;
        const again = blockToBody(block);
        const reread = bodyToBlock(again.body, { isStyled: !again.isUnstyled }) ?? text(again.body);
        const bare = (of: Block) =>
          JSON.stringify(formatted(of).map(({ char, styles }) => [char, [...styles].sort()]));
        assert.equal(bare(reread), bare(block));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes any block", () => {
    fc.assert(
      fc.property(anyBlock(), (block) => {
        const { body, mentions } = blockToBody(block, { nameOf: (id) => id });
        assert.doesNotMatch(body, /(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/u);
        const points = [...body].length;
        assert.ok(mentions.every(({ begin, end }) => begin < end && end <= points));
        bodyToBlock(body);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a long body", () => {
  it("is read and written in linear time", () => {
    // More than servers let through; a square of it would not end today.
    const length = 200_000;
    for (const pattern of [
      ...["*", "*a", "*a ", " *a", "*_~`", "_a*b ", "`", "\n", ">", "> ", ">\n", ">>\n>"],
      ...["```\n", "```\n*", "> ```\n", "* _", "🦀*", "\u2060*", "a*\n"],
    ]) {
      const body = pattern.repeat(length / pattern.length);
      const block = bodyToBlock(body);
      if (block !== undefined) blockToBody(block);
      blockToBody(text`${body}${bold("b")}`);
    }
  });
});

interface Character {
  readonly char: string;
  readonly styles: ReadonlySet<string>;
}

/** Each visible character with its formatting, in their order. Joiners are none. */
function formatted(block: Block, styles: readonly string[] = []): Character[] {
  const { inner } = block;
  switch (inner.case) {
    case "text":
    case "inlineCode":
    case "fencedCode": {
      // Code with lines of its own has no spans around it.
      const around = inner.case === "fencedCode" ? styles.filter(isQuote) : styles;
      const own = inner.case === "text" ? around : [...around, inner.case];
      return [...inner.value.text]
        .filter((char) => char.trim() !== "" && char !== JOINER)
        .map((char) => ({ char, styles: new Set(own) }));
    }
    case "container":
      return innerBlocks(block).flatMap((each) => formatted(each, styles));
    default:
      return innerBlocks(block).flatMap((each) => formatted(each, [...styles, inner.case ?? ""]));
  }
}

function isQuote(style: string): boolean {
  return style === "blockquote";
}
