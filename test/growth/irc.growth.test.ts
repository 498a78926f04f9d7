/** IRC: what is read and written of it costs twice as much for twice as much. */
import type { Block } from "@seabird-chat/protocol";
import { runsToBlock } from "../../backends/irc/src/format.ts";
import { plainReason, stripCodes } from "../../backends/irc/src/formatting/codes.ts";
import { renderBlock } from "../../backends/irc/src/formatting/render.ts";
import { parseRuns, writeRuns } from "../../backends/irc/src/formatting/runs.ts";
import { splitLines } from "../../backends/irc/src/formatting/split.ts";
import { formatLine, lineProblem } from "../../backends/irc/src/message/format-line.ts";
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { decodeLine, foldName, utf8Cut } from "../../backends/irc/src/message/line.ts";
import { LineReader } from "../../backends/irc/src/message/line-reader.ts";
import { blockFamilies, blockTextFamilies, MAX_BLOCKS } from "./block-families.ts";
import { testGrowth } from "./test-growth.ts";
import { textFamilies } from "./text-families.ts";

const CODES = [
  "\x02",
  "\x1d",
  "\x1f",
  "\x0f",
  "\x03",
  "4",
  ",",
  "\x04",
  "abcdef",
  " ",
  "a",
  "\r\n",
  "é",
];
const LINE = ["@", "a=b", ";", "\\:", "\\", " ", ":", "x!y@z", ",", "\x01", "é", "a"];
const MARKS = [" ", "a", "👍🏽", "\u0301", "🇩", "\n", "\t", "\x02", "# ", "> "];

const render = (block: Block) => splitLines(renderBlock(block), 400);

testGrowth({ name: "renderBlock", run: render, families: blockFamilies(), maxSize: MAX_BLOCKS });
testGrowth({
  name: "renderBlock, long texts",
  run: render,
  families: blockTextFamilies("irc", [...CODES, ...MARKS]),
});
testGrowth({
  name: "parseRuns, runsToBlock, writeRuns",
  run: (line) => {
    const runs = parseRuns(line);
    runsToBlock(runs);
    return writeRuns(runs);
  },
  families: textFamilies("runs", CODES),
});
testGrowth({
  name: "stripCodes, plainReason",
  run: (text) => stripCodes(text) + plainReason(text),
  families: textFamilies("codes", CODES),
});
testGrowth({ name: "parseMessage", run: parseMessage, families: textFamilies("message", LINE) });
testGrowth({
  name: "formatLine, lineProblem",
  run: (text) => lineProblem(formatLine("PRIVMSG", ["#a", text], { "+a": text })),
  families: textFamilies("format", LINE),
});
testGrowth({
  name: "decodeLine",
  run: (text) => decodeLine(Buffer.from(text, "latin1")),
  families: textFamilies("decode", ["\xff", "\xc3", "\xa4", "\xf0\x9f", "\r", "a", "@", " "]),
});
testGrowth({
  name: "foldName, utf8Cut",
  run: (text) => foldName(text, "rfc1459").length + utf8Cut(text, text.length),
  families: textFamilies("names", ["A", "[", "^", "é", "👍", "\ud800"]),
});
testGrowth({
  name: "LineReader",
  run: (text) => {
    const reader = new LineReader();
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 3) [...reader.push(bytes.subarray(at, at + 3))];
  },
  families: textFamilies("lines", ["\r", "\n", "\r\n", "a", "@", " "]),
});
