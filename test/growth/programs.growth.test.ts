/** Runtime, command line and plugins: lines of programs, files and people are read in linear time. */

import { Code, ConnectError } from "@connectrpc/connect";
import type { Block } from "@seabird-chat/protocol";
import { maskLogin, parseBindAddress, parseDotEnv, parseDuration } from "@seabird-chat/runtime";
import { hideSecrets } from "../../backends/irc/src/connection/secrets.ts";
import { callFailure } from "../../cli/src/client/call-failure.ts";
import { expand } from "../../cli/src/config/expand.ts";
import { readTree } from "../../cli/src/config/yaml-tree.ts";
import { withOwnCommand } from "../../cli/src/process/own-command.ts";
import { causeIn, lastAnswer } from "../../cli/src/process/run-program.ts";
import { LineSplitter } from "../../cli/src/supervise/line-splitter.ts";
import { complaints, readLogLine, stackOf } from "../../cli/src/supervise/log-lines.ts";
import { safeJson, safeLines } from "../../cli/src/terminal/safe-text.ts";
import { displayWidth } from "../../cli/src/terminal/table.ts";
import { copiedContent } from "../../plugins/src/bridge/copied-content.ts";
import { digestOf } from "../../plugins/src/bridge/digest.ts";
import { RecentAuthors } from "../../plugins/src/bridge/recent-authors.ts";
import {
  looksLikeCommand,
  namePrefix,
  personName,
  plainLine,
  withoutNames,
} from "../../plugins/src/bridge/shown-name.ts";
import { silentMentions } from "../../plugins/src/bridge/silent-mentions.ts";
import { SilentNames } from "../../plugins/src/bridge/silent-names.ts";
import { details } from "../../plugins/src/help/index.ts";
import { blockFamilies, blockTextFamilies, MAX_BLOCKS } from "./block-families.ts";
import { testGrowth } from "./test-growth.ts";
import { textFamilies } from "./text-families.ts";

const NAMES = ["a", " ", "<", ">", "!", "\u200d", "👍", "\u0301", "\ufe0f", "é", "\n", "@", "/"];
const LOG = [
  '{"level":"warn","msg":"',
  '"}',
  "\\n",
  "{",
  "}",
  '"',
  "Error: ",
  "    at ",
  "\n",
  "Z",
  " ",
  "a",
];

const copy = (block: Block) => {
  const content = copiedContent(block, { lead: "<a> ", maxLineBytes: 400 });
  return [silentMentions(content), new SilentNames(["word", "ann lee"]).in(content)];
};
testGrowth({
  name: "bridge copiedContent, silentMentions, SilentNames",
  run: copy,
  families: blockFamilies(),
  maxSize: MAX_BLOCKS,
  maxSteps: 60_000,
});
testGrowth({
  name: "bridge copiedContent, long texts",
  run: copy,
  families: blockTextFamilies("bridge", ["a", " ", "\n", "word", "👍", "\u2028", "@"]),
});
testGrowth({
  name: "bridge names",
  run: (name) => {
    const authors = new RecentAuthors();
    authors.note({ name, id: "a", channelId: "b" });
    authors.find(name, new Set(["b"]));
    const shown = namePrefix(personName(name, name));
    return [
      shown,
      withoutNames(name, "a"),
      looksLikeCommand(name),
      plainLine(name),
      digestOf(name),
    ];
  },
  families: textFamilies("bridge names", NAMES),
});
testGrowth({
  name: "help",
  run: (asked) => details(asked, { ping: { shortHelp: "pong", fullHelp: asked } }),
  families: textFamilies("help", [...NAMES, "\nUsage: ping a", "ping"]),
});
testGrowth({
  name: "irc hideSecrets",
  run: hideSecrets({
    password: "sesame",
    nickservPassword: undefined,
    sasl: undefined,
    channels: [],
  }),
  families: textFamilies("secrets", [
    ...[
      "@a=b ",
      ":x ",
      "PRIVMSG ",
      "Serv",
      "NickServ ",
      " ",
      "MODE #a ",
      "+k",
      "k",
      "sesame",
      "JOIN ",
    ],
    ...["a", ":", "324 a b "],
  ]),
});
testGrowth({
  name: "parseDotEnv",
  run: (text) => parseDotEnv(text),
  families: textFamilies("dotenv", [
    "A=",
    '"',
    "'",
    "`",
    "\n",
    "#",
    " ",
    "export ",
    "a",
    "\\n",
    "=",
  ]),
});
testGrowth({
  name: "maskLogin, parseBindAddress, parseDuration",
  run: (text) => [maskLogin(text), parseBindAddress(text), parseDuration(text)],
  families: textFamilies("logins", [
    ":",
    "@",
    "://",
    "?",
    "key",
    "=",
    "&",
    "a",
    "-",
    "[",
    "]",
    "1",
  ]),
});
testGrowth({
  name: "expand",
  run: (text) => expand(text, () => "a"),
  families: textFamilies("expand", ["$", "{", "${", "${A", ":-", "}", "$${", "a"]),
});
testGrowth({
  name: "readTree",
  run: (text) => readTree(text),
  families: textFamilies("yaml", [
    "a: ",
    "\n",
    " ",
    "- ",
    '"',
    "'",
    "[",
    "]",
    "{",
    "#",
    "&a ",
    "*a ",
    "|",
  ]),
  maxSize: 8_192,
  maxSteps: 1_000_000,
});
testGrowth({
  name: "readLogLine, stackOf, complaints, causeIn, lastAnswer",
  run: (line) => {
    readLogLine(line);
    stackOf(line);
    complaints(line.split("\n"), 5);
    causeIn(line);
    lastAnswer(line, () => false);
  },
  families: textFamilies("log", LOG),
});
testGrowth({
  name: "LineSplitter",
  run: (text) => {
    const splitter = new LineSplitter(65_536);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 2) splitter.push(bytes.subarray(at, at + 2));
    splitter.end();
  },
  families: textFamilies("splitter", ["a", "\n", "\r"]),
});
testGrowth({
  name: "safeLines, safeJson, displayWidth, withOwnCommand",
  run: (text) => [safeLines(text), safeJson([text]), displayWidth(text), withOwnCommand(text)],
  families: textFamilies("safe", [
    "\x1b[",
    "\n",
    "`",
    "seabird ",
    "漢",
    "\u0301",
    "👍",
    "a",
    "\u202e",
  ]),
});
testGrowth({
  name: "callFailure",
  run: (message) =>
    callFailure(new ConnectError(message, Code.FailedPrecondition), {
      url: "http://x",
      tokenFrom: "x",
    }),
  families: textFamilies("failure", ["://", "a", " cannot ", "/", " ", "failed to parse", "1"]),
});
