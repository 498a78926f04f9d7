/** Blocks sent and parsed again are the same tree, and any bytes can be read. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Block,
  bold,
  type Content,
  container,
  contentBlock,
  inlineCode,
  innerBlocks,
  italics,
  plainText,
  strikethrough,
  text,
  underline,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import { runsToBlock } from "./format.ts";
import { renderBlock } from "./formatting/render.ts";
import { parseRuns, plainRuns } from "./formatting/runs.ts";
import { splitLines } from "./formatting/split.ts";
import { toNetworkEvent, toRemember } from "./inbound.ts";
import { parseMessage } from "./message/irc-message.ts";
import { decodeLine } from "./message/line.ts";
import { IrcState } from "./state/irc-state.ts";

/** Text with a visible character. */
const words = fc.stringMatching(/^[a-z0-9,é🦀]( ?[a-z0-9,é🦀]){0,5}$/u);

/** Trees of the kinds that mIRC has codes for. */
const { tree } = fc.letrec<{ tree: Content }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    words,
    words.map(inlineCode),
    tie("tree").map((inner) => bold(inner)),
    tie("tree").map((inner) => italics(inner)),
    tie("tree").map((inner) => underline(inner)),
    tie("tree").map((inner) => strikethrough(inner)),
    fc.array(tie("tree"), { maxLength: 4 }).map((inner) => container(inner)),
  ),
}));
const blocks = tree.map((content) => contentBlock(content));

const overTheWire = (block: Block) => splitLines(renderBlock(block), 100_000);
const read = (line: string): Block => {
  const runs = parseRuns(line);
  return runsToBlock(runs) ?? text(plainRuns(runs));
};

describe("render then parse", () => {
  it("is the same text, each character with its formatting", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        if (plainText(block) === "") return;
        const [line = "", ...more] = overTheWire(block);
        assert.deepEqual(more, []);
        assert.deepEqual(formatted(read(line)), formatted(block));
      }),
      { numRuns: 500 },
    );
  });

  it("is the same tree, once it is in normal form", () => {
    fc.assert(
      fc.property(blocks, (block) => {
        if (plainText(block) === "") return;
        const normalised = read(overTheWire(block)[0] ?? "");
        assert.deepEqual(read(overTheWire(normalised)[0] ?? ""), normalised);
      }),
      { numRuns: 500 },
    );
  });

  for (const block of [
    bold("hi"),
    text`a ${bold("b")} c`,
    bold(["a ", italics("b"), " c"]),
    text`${bold(["a", underline(inlineCode("b"))])}${italics("c")}`,
    italics(underline(strikethrough(inlineCode("all")))),
  ]) {
    it(`keeps a tree: ${JSON.stringify(overTheWire(block))}`, () => {
      assert.deepEqual(read(overTheWire(block)[0] ?? ""), block);
    });
  }
});

describe("runsToBlock", () => {
  it("makes no block of plain text", () => {
    assert.equal(runsToBlock(parseRuns("hello \x0304world")), undefined);
    assert.equal(runsToBlock([]), undefined);
  });

  it("wraps common formatting once", () => {
    const block = runsToBlock(parseRuns("\x02a \x1db\x1d c\x02 d"));
    assert.deepEqual(block, text`${bold(["a ", italics("b"), " c"])} d`);
  });
});

const MAX_BYTES = 10_000;

/** A server's bytes, from the line to the event for core. */
function hear(bytes: Uint8Array): void {
  const line = decodeLine(Buffer.from(bytes));
  const state = new IrcState("bird");
  const names = {
    isChannel: (name: string) => state.isChannel(name),
    isMe: (name: string) => state.isMe(name),
    channelId: (name: string) => name,
    userId: (nick: string) => state.fold(nick),
    self: "bird",
    earlier: () => undefined,
  };
  state.receive(parseMessage(":bird!b@h JOIN #a"));
  const lines = [
    line,
    ...["PRIVMSG #a :", "PRIVMSG bird :", "PART #a :", "QUIT :", "NICK :", "REDACT #a "].map(
      (start) => `:joe!j@h ${start}${line}`,
    ),
    `:srv 353 bird = #a :${line}`,
    `@msgid=${line};+draft/reply=${line};+draft/react=${line} :joe!j@h TAGMSG #a`,
  ];
  for (const each of lines) {
    for (const event of state.receive(parseMessage(each))) {
      toNetworkEvent(event, names);
      toRemember(event, names);
    }
  }
}

describe("any bytes of a server", () => {
  it("are read without an error", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: MAX_BYTES, size: "max" }),
          // Bytes that mean something.
          fc.array(fc.constantFrom(1, 2, 3, 4, 13, 15, 17, 29, 30, 31, 32, 44, 48, 58, 64, 195), {
            maxLength: MAX_BYTES,
            size: "max",
          }),
        ),
        (bytes) => hear(Uint8Array.from(bytes)),
      ),
      { numRuns: 60 },
    );
  });

  it("are read in linear time", () => {
    // Read a hundredfold of what a line may hold; a square of it would not end today.
    const length = 100 * MAX_BYTES;
    for (const pattern of [
      "\x02",
      "\x02a",
      "\x0304,",
      "\x03",
      "\x04ff0000",
      "\x02\x1d\x0fé",
      " ",
    ]) {
      const line = pattern.repeat(length / pattern.length);
      assert.doesNotThrow(() => runsToBlock(parseRuns(line)));
    }
    for (const pattern of [" ", ":", "@", "\r", "a;", "!@", "=\\"]) {
      hear(Buffer.from(`@${pattern.repeat(length / pattern.length)}x`));
    }
  });
});

/** Each character with its formatting, in their order. */
function formatted(block: Block, styles: readonly string[] = []): string[] {
  const { inner } = block;
  switch (inner.case) {
    case "text":
    case "inlineCode": {
      const own = inner.case === "text" ? styles : [...styles, "code"];
      const style = [...new Set(own)].sort().join("+");
      return [...inner.value.text].map((char) => `${char} ${style}`);
    }
    case "container":
      return innerBlocks(block).flatMap((each) => formatted(each, styles));
    default:
      return innerBlocks(block).flatMap((each) => formatted(each, [...styles, inner.case ?? ""]));
  }
}
