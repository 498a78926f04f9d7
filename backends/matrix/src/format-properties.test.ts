/** Whatever blocks are sent, what people see stays; and any HTML can be read, within bounds. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  type Block,
  blockDepth,
  blockquote,
  bold,
  type Content,
  container,
  contentBlock,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  innerBlocks,
  italics,
  link,
  list,
  mention,
  normalisedSize,
  plainText,
  spoiler,
  strikethrough,
  text,
  underline,
  walkBlocks,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { anyBlock } from "../../../protocol/src/testing/any-block.ts";
import { readContent, writeBlock } from "./format.ts";

const names = {
  channelOf: (room: string) => (room === "#lobby:a.example" ? "#lobby:a.example" : undefined),
  roomOf: (channel: string) => (channel.startsWith("#") ? channel : undefined),
};

const HTML = "org.matrix.custom.html";

function read(formatted_body: string, more: object = {}): Block | undefined {
  return readContent({ body: "plain", format: HTML, formatted_body, ...more }, names);
}

/** What a client gets of a message that the bot sent, as it would come back from it. */
function overTheWire(block: Block): Block | undefined {
  const { body, formattedBody, mentions } = writeBlock(block, names);
  const html = formattedBody === undefined ? {} : { format: HTML, formatted_body: formattedBody };
  const notified = { user_ids: mentions.userIds, room: mentions.notifiesRoom };
  return readContent({ body, ...html, "m.mentions": notified }, names);
}

/** Text with something to see at both ends. */
const words = fc.stringMatching(/^[a-z0-9,é🦀<&"'@:>]([ \n]{0,2}[a-z0-9,é🦀<&"'@:>]){0,5}$/u);
const { tree } = fc.letrec<{ tree: Content }>((tie) => {
  const inner = tie("tree");
  const wrappers = [bold, italics, underline, strikethrough, spoiler, blockquote, heading];
  return {
    tree: fc.oneof(
      { maxDepth: 5, depthSize: "small" },
      words,
      words.map(inlineCode),
      fc
        .tuple(words, fc.constantFrom("", "js", "c++"))
        .map(([code, info]) => fencedCode(code, info)),
      words.map((name) => mention({ userId: "@ann:a.example" }, name)),
      words.map((name) => emoji(name, { id: "mxc://a.example/x" })),
      fc.tuple(fc.constantFrom(...wrappers), inner).map(([wrap, content]) => wrap(content)),
      fc
        .tuple(words, inner)
        .map(([path, content]) => link(`https://a.example/${encodeURIComponent(path)}`, content)),
      fc
        .tuple(fc.array(inner, { minLength: 1, maxLength: 4 }), fc.boolean())
        .map(([items, ordered]) => list(items, { ordered })),
      fc.array(inner, { maxLength: 4 }).map((parts) => container(parts)),
    ),
  };
});
const blocks = tree.map((content) => contentBlock(content));

suite("sent and read again", () => {
  test("each character has its formatting", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        if (plainText(block).trim() === "") return;
        assert.deepEqual(formatted(overTheWire(block) ?? text("")), formatted(block));
      }),
      { numRuns: 1_000 },
    );
  });

  test("it is the same tree once it is in normal form", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        const normalised = overTheWire(block);
        if (normalised !== undefined) assert.deepEqual(overTheWire(normalised), normalised);
      }),
      { numRuns: 1_000 },
    );
  });

  test("plain text stays as it is, whatever it looks like", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (typed) => {
        const { body, formattedBody, mentions } = writeBlock(text(typed), names);
        assert.deepEqual([body, formattedBody], [typed, undefined]);
        assert.deepEqual(mentions, { userIds: [], notifiesRoom: false });
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What HTML of the bot may consist of. */
const OWN_TAG = new RegExp(
  `^</?(?:${[
    ...[
      "strong",
      "em",
      "u",
      "del",
      "code",
      "pre",
      "blockquote",
      "ul",
      "ol",
      "li",
      "h[1-6]",
      "br",
      "a",
    ],
    ...["span( data-mx-spoiler)?", 'code class="language-[\\w+#.-]+"', 'a href="[^"<>]*"'],
    'img data-mx-emoticon src="mxc:[^"<>]*" alt="[^"<>]*" title="[^"<>]*" height="32" /',
  ].join("|")})>$`,
);

suite("any blocks", () => {
  test("are written as HTML of known tags alone, within which all else is text", () => {
    fc.assert(
      fc.property(anyBlock(), (block) => {
        const html = writeBlock(block, names).formattedBody ?? "";
        for (const [tag] of html.matchAll(/<[^>]*>?/g)) assert.match(tag, OWN_TAG);
        check(html);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** Bounds of core: depth of a tree, fields of a message, and its bytes. */
const [MAX_DEPTH, MAX_FIELDS, MAX_BYTES] = [48, 32_768, 3.5 * 2 ** 20];
/** Of a block: itself, its plain text, its kind, and at most three of its own, which most have not. */
const FIELDS: Partial<Record<NonNullable<Block["inner"]["case"]>, number>> = {
  container: 3,
  emoji: 5,
};
const FIELDS_OF_OTHERS = 4;

const elements = [
  ...["b", "i", "u", "del", "code", "pre", "blockquote", "ul", "ol", "li", "h1", "p", "div", "br"],
  ...["span data-mx-spoiler", 'a href="https://a.example"', 'a href="https://matrix.to/#/@a:b"'],
  ...["table", "tr", "td", "mx-reply", "script", "svg", "title", "textarea", "details", "font"],
  'img data-mx-emoticon src="mxc://a/b" alt="x"',
];
const pieces = fc.oneof(
  fc.constantFrom(...elements).map((element) => `<${element}>`),
  fc.constantFrom(...elements).map((element) => `</${element.split(" ")[0]}>`),
  fc.constantFrom(
    "a",
    " ",
    "\n",
    "@room",
    "&amp;",
    "&#0;",
    "&nGt;",
    "&nbsp;",
    "<",
    "<!--",
    "<![CDATA[",
  ),
  fc.string({ unit: "binary", maxLength: 10 }),
);

function check(html: string): void {
  const block = read(html, { "m.mentions": { room: true, user_ids: ["@a:b"] } });
  if (block === undefined) return;
  assert.ok(blockDepth(block) <= MAX_DEPTH);
  let fields = 0;
  for (const { inner } of walkBlocks(block)) {
    fields += FIELDS[inner.case ?? "text"] ?? FIELDS_OF_OTHERS;
  }
  assert.ok(fields <= MAX_FIELDS, `${fields} fields`);
  const bytes = normalisedSize("", block);
  assert.ok(bytes <= MAX_BYTES, `${bytes} bytes`);
  writeBlock(block, names);
}

suite("any HTML", () => {
  test("is read without an error, within core's bounds", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 200, size: "max" }), (parts) =>
        check(parts.join("")),
      ),
      { numRuns: 2_000 },
    );
  });

  test("of 64 KiB is read, however its elements are nested", () => {
    for (const element of elements) {
      const open = `<${element}>`;
      const close = `</${element.split(" ")[0]}>`;
      for (const pattern of [
        open,
        `${open}a`,
        close,
        `${open}a${close}`,
        `${open}<b>`,
        `a${close}<b>`,
      ]) {
        const times = Math.min(2_048 / (pattern.match(/</g)?.length ?? 1), 65_536 / pattern.length);
        check(pattern.repeat(Math.floor(times)));
        const html = pattern.repeat(Math.floor(times));
        check(html + "é ".repeat(Math.floor((65_536 - html.length) / 3)));
      }
    }
  });

  test("of more than 64 KiB, or of more than 2,048 tags, is left aside", () => {
    assert.deepEqual(read(`<b>${"a".repeat(65_536)}</b>`), text("plain"));
    assert.deepEqual(read("<b>a</b>".repeat(1_025)), text("plain"));
    assert.notDeepEqual(read("<b>a</b>".repeat(1_024)), text("plain"));
    assert.equal(readContent({ body: "é".repeat(40_000) }, names), undefined);
  });
});

/** Each visible character with its formatting, in their order. */
function formatted(block: Block, styles: readonly string[] = []): string[] {
  const { inner } = block;
  const characters = (shown: string, more: readonly string[]) => {
    const style = [...new Set([...styles, ...more])].sort().join("+");
    return [...shown.replaceAll(/\s/g, "")].map((character) => `${character} ${style}`);
  };
  switch (inner.case) {
    case "text":
      return characters(inner.value.text, []);
    case "inlineCode":
    case "fencedCode":
    case "emoji":
      return characters(inner.value.text, [inner.case]);
    case "container":
      return innerBlocks(block).flatMap((each) => formatted(each, styles));
    case "link":
    case "mention": {
      // HTML has no link in a link: the outer one counts.
      const isInLink = styles.includes("link") || styles.includes("mention");
      const more = isInLink ? styles : [...styles, inner.case];
      // A link without text reads as its url.
      if (inner.case === "link" && inner.value.inner?.plain === "") {
        return characters(inner.value.url, more);
      }
      return innerBlocks(block).flatMap((each) => formatted(each, more));
    }
    default:
      return innerBlocks(block).flatMap((each) => formatted(each, [...styles, inner.case ?? ""]));
  }
}
