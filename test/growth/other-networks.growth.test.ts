/** Matrix, XMPP and the terminal: what is read and written of them costs twice as much for twice as much. */
import type { Block } from "@seabird-chat/protocol";
import { readContent, writeBlock } from "../../backends/matrix/src/format.ts";
import { parsePill } from "../../backends/matrix/src/formatting/pills.ts";
import { filesOf, withoutFiles } from "../../backends/matrix/src/outbound/files.ts";
import { toHtml } from "../../backends/matrix/src/outbound/persona.ts";
import { cleanLines } from "../../backends/terminal/src/clean.ts";
import { formatBlock } from "../../backends/terminal/src/format.ts";
import { parseLine, parseSaid, readMentions } from "../../backends/terminal/src/inbound.ts";
import { rowsOf } from "../../backends/terminal/src/scrollback.ts";
import { BoundedParser } from "../../backends/xmpp/src/connection/bounded-parser.ts";
import { blockToBody, bodyToBlock } from "../../backends/xmpp/src/format.ts";
import { parseAddress, printable } from "../../backends/xmpp/src/inbound/read-stanza.ts";
import { blockFamilies, blockTextFamilies, MAX_BLOCKS } from "./block-families.ts";
import { testGrowth } from "./test-growth.ts";
import { textFamilies } from "./text-families.ts";

const HTML = [
  ...[
    "<b>",
    "</b>",
    "<i>",
    "<a href='https://matrix.to/#/@a:b'>",
    "</a>",
    "<ul><li>",
    "</li></ul>",
  ],
  ...[
    "<blockquote>",
    "</blockquote>",
    "<p>",
    "<br>",
    "<pre><code>",
    "<!--",
    "-->",
    "<",
    ">",
    "&amp;",
  ],
  ...[
    "&",
    "&#x41;",
    " ",
    "a",
    "\n",
    "@room",
    "<span data-mx-spoiler>",
    "<x a='",
    "<h1>",
    "<mx-reply>",
  ],
];
const STYLING = ["*", "_", "~", "`", "```", "\n", "> ", ">", " ", "a", "\u2060", "é", "\r"];
const TYPED = ["/", "msg ", "@ann ", "@", " ", "a", ":", "!", "seabird: ", "é", "/reply 1 "];
const CONTROLS = ["\x1b[31m", "\x9b", "\u202e", "\r\n", "\t", "\u2028", "a", "é", "\ud800"];

const matrix = (block: Block) => {
  filesOf(block);
  withoutFiles(block, () => true);
  return writeBlock(block, { roomOf: (id) => id });
};
const xmpp = (block: Block) => blockToBody(block, { nameOf: () => "ann" });
const terminal = (block: Block) => formatBlock(block, { color: true, hyperlinks: true });

for (const [name, run, tokens] of [
  ["matrix writeBlock", matrix, ["<", "&", " ", "\n", "a", '"', "é"]],
  ["xmpp blockToBody", xmpp, STYLING],
  ["terminal formatBlock", terminal, CONTROLS],
] as const) {
  testGrowth({ name, run, families: blockFamilies(), maxSize: MAX_BLOCKS, maxSteps: 60_000 });
  testGrowth({ name: `${name}, long texts`, run, families: blockTextFamilies(name, tokens) });
}
testGrowth({
  name: "matrix readContent",
  run: (html) =>
    readContent(
      { msgtype: "m.text", body: html, format: "org.matrix.custom.html", formatted_body: html },
      { channelOf: () => undefined },
      { isReply: true, fallbackName: "ann" },
    ),
  families: textFamilies("html", HTML),
});
testGrowth({
  name: "matrix body",
  run: (body) =>
    readContent(
      { msgtype: "m.text", body, "m.mentions": { room: true } },
      { channelOf: () => undefined },
      { isReply: true, fallbackName: "ann" },
    ),
  families: textFamilies("body", ["> ", "<@a:b>", "\n", "* ", "@room", "a", " ", "ann: "]),
});
testGrowth({
  name: "matrix parsePill, toHtml",
  run: (href) => [parsePill(`https://matrix.to/#/${href}`), toHtml(href)],
  families: textFamilies("pills", ["@a:b", "/", "?via=", "%", "%40", "#", "a", "<"]),
});
testGrowth({
  name: "xmpp bodyToBlock",
  run: (body) =>
    bodyToBlock(body, {
      mentions: Array.from({ length: body.length / 8 }, (_, at) => ({
        userId: "a@b",
        start: at * 8,
        end: at * 8 + 2,
      })),
    }),
  families: textFamilies("styling", STYLING),
});
testGrowth({
  name: "xmpp parseAddress, printable",
  run: (address) => [parseAddress(address), printable(address)],
  families: textFamilies("addresses", ["@", "/", "a", ".", " ", "\u0000", "é"]),
});
testGrowth({
  name: "xmpp BoundedParser",
  run: (xml) => {
    const parser = new BoundedParser();
    parser.on("error", () => undefined);
    parser.write("<stream:stream xmlns:stream='s'>");
    // As sockets hand it over.
    parser.write(xml);
  },
  families: textFamilies("xml", [
    ...[
      "<a>",
      "</a>",
      "<a/>",
      "<a b='",
      "' ",
      "&amp;",
      "&",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "a",
      " ",
    ],
    ...["<?", "<!", ">", "é"],
  ]),
});
testGrowth({
  name: "terminal parseLine, parseSaid, readMentions",
  run: (line) => {
    const where = { channel: "lobby", nick: "seabird", commandPrefix: "!" };
    parseLine(line, where);
    parseSaid(line, where);
    return readMentions(line, (name) => name === "ann");
  },
  families: textFamilies("typed", TYPED),
});
testGrowth({
  name: "terminal cleanLines, rowsOf",
  run: (text) => rowsOf(cleanLines(text), 80),
  families: textFamilies("clean", CONTROLS),
});
