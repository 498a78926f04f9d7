/** Builders, and `text` as a tagged template. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
import * as build from "./blocks.ts";
import {
  attachment,
  bold,
  container,
  emoji,
  italics,
  link,
  list,
  mention,
  text,
} from "./blocks.ts";
import { AttachmentBlockSchema, type Block, BlockSchema, Presentation } from "./gen/common_pb.js";
import type { MentionTarget } from "./mention-target.ts";
import { innerBlocks, walkBlocks } from "./walk.ts";

const FILE = {
  url: "https://x.y/cat.jpg",
  id: "irc://a/7",
  name: "cat.jpg",
  contentType: "image/jpeg",
  sizeBytes: 2n ** 64n - 1n,
  width: 2 ** 32 - 1,
  height: 480,
  durationMs: 1_500,
  description: "a cat",
  presentation: Presentation.IMAGE,
  isSpoiler: true,
  expiresAt: new Date("2026-01-02T03:04:05.678Z"),
};

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
    mention: mention({ userId: "irc://a/ann" }, "@ann"),
    emoji: emoji(":parrot:", { id: "7", url: "https://x.y/7.png" }),
    attachment: attachment(FILE),
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

suite("mentions", () => {
  const rows: [MentionTarget, unknown, string][] = [
    [{ id: "irc://a/u1", displayName: "Ann" }, { case: "userId", value: "irc://a/u1" }, "@Ann"],
    [{ userId: "irc://a/b%20c" }, { case: "userId", value: "irc://a/b%20c" }, "@b c"],
    [{ userId: "ann" }, { case: "userId", value: "ann" }, "@ann"],
    [{ channelId: "irc://a/%23x" }, { case: "channelId", value: "irc://a/%23x" }, "#x"],
    ["everyone", { case: "everyone", value: true }, "@everyone"],
  ];
  for (const [target, wire, plain] of rows) {
    test(`of ${JSON.stringify(target)} read ${plain}, or as what is given`, () => {
      for (const [block, expected] of [
        [mention(target), plain],
        [mention(target, bold("you")), "you"],
      ] as const) {
        assert.equal(block.plain, expected);
        assert.deepEqual(block.inner.case === "mention" && block.inner.value.target, wire);
      }
    });
  }

  test("of anything else are refused", () => {
    for (const target of [undefined, null, "ann", {}, { id: "" }, { userId: 7 }]) {
      assert.throws(() => mention(target as never), { name: "BlockError", message: /^mention: / });
    }
  });
});

suite("files and emoji", () => {
  test("stand in a template", () => {
    const block = text`${emoji("👍")} ${mention({ userId: "ann" })}: ${attachment({ name: "a" })}`;
    assert.equal(block.plain, "👍 @ann: a");
  });

  test("a file's fields are as given, and empty where nothing is", () => {
    const read = (block: Block) => block.inner.case === "attachment" && block.inner.value;
    assert.deepEqual(read(attachment(FILE)), {
      $typeName: "common.AttachmentBlock",
      ...FILE,
      durationMs: 1_500n,
      corePath: "",
      expiresAt: timestampFromDate(FILE.expiresAt),
    });
    const { id } = FILE;
    assert.deepEqual(read(attachment({ id })), create(AttachmentBlockSchema, { id }));
  });

  test("a file's numbers and dates are checked where it is built", () => {
    const rows = [
      [{ sizeBytes: -1 }, "sizeBytes is -1"],
      [{ sizeBytes: 2n ** 64n }, "sizeBytes is 18446744073709551616"],
      [{ width: 1.5 }, "width is 1.5"],
      [{ height: 2 ** 32 }, "height is 4294967296; a whole number from 0 to 4294967295"],
      [{ durationMs: Number.NaN }, "durationMs is NaN"],
      [{ expiresAt: new Date("no date") }, "expiresAt"],
      [{ expiresAt: new Date("+010000-01-01T00:00:00Z") }, "expires_at"],
    ] as const;
    for (const [file, message] of rows) {
      assert.throws(
        () => attachment({ name: "a", ...file }),
        (error: Error) => {
          assert.ok(error instanceof BlockError);
          return error.message.includes(message);
        },
      );
    }
  });

  test("what names nothing is refused where it is built, and says what is missing", () => {
    const untyped = (value: unknown) => value as never;
    const rows: readonly (readonly [() => Block, string])[] = [
      [() => emoji(""), 'emoji: the text is ""; give the emoji itself, or its name: ":parrot:"'],
      [() => emoji(untyped(undefined)), "emoji: the text is undefined; give the emoji itself"],
      [() => attachment({}), 'attachment: it has no url, name or id; give { url: "https://…" }'],
      [() => attachment({ url: "", description: "a cat" }), "attachment: it has no url"],
      [() => attachment(untyped("https://x.y/a")), "attachment: it has no url"],
      [() => attachment(untyped(undefined)), "attachment: it has no url"],
      [
        () => attachment({ url: untyped(new URL("https://x.y")) }),
        "attachment: url is of type object",
      ],
      [
        () => mention({ userId: "ann" }, ""),
        "mention: its content is empty; give what it reads as",
      ],
      [() => mention({ userId: "ann" }, []), "mention: its content is empty"],
      [() => mention(untyped({})), "mention: the target is a user, "],
      [() => list(untyped("tea")), "list: not an array"],
      [() => list(untyped(undefined)), "list: it is undefined; content is words, a number"],
    ];
    for (const [build, message] of rows) {
      assert.throws(build, (error: Error) => {
        assert.ok(error instanceof BlockError);
        assert.ok(error.message.startsWith(message), error.message);
        return error.stack?.includes("blocks.test.ts") === true;
      });
    }
    assert.equal(emoji("", { id: "7" }).plain, "");
    // What was looked for, and not found.
    assert.equal(list([]).plain, "");
    assert.equal(text`found: ${list([], { ordered: true })}`.plain, "found: ");
  });

  test("an emoji over its bound is refused where it is built", () => {
    assert.throws(() => emoji("x".repeat(513)), BlockError);
    assert.throws(() => emoji("x", { id: "x".repeat(513) }), BlockError);
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
