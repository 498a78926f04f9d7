/** SDK: what reads and cuts the texts of people, networks and servers is linear. */
import {
  arg,
  duration,
  editDistance,
  findName,
  flag,
  matchesGlob,
  nearest,
  SeabirdError,
  text as textBlock,
} from "@seabird-chat/sdk";
import { recognise, splitBytes } from "@seabird-chat/sdk/backend";
import { stripPrefix } from "../../sdk/src/backend/strip-prefix.ts";
import { bindWords } from "../../sdk/src/command/bind-words.ts";
import { declareCommand } from "../../sdk/src/command/declared-command.ts";
import { blockAfter, mentionsIn } from "../../sdk/src/command/mentions.ts";
import {
  foldLoosely,
  marksLength,
  normalise,
  normaliseNumber,
  prefixLength,
  typedName,
  withoutMarks,
  withoutSentenceEnd,
} from "../../sdk/src/command/normalise.ts";
import { hasHidden, quoteInput } from "../../sdk/src/command/safe-text.ts";
import { durationSpan, durationsNear, readDuration } from "../../sdk/src/command/typed-duration.ts";
import { numbersNear, plainNumber } from "../../sdk/src/command/typed-number.ts";
import { firstWord, splitWords } from "../../sdk/src/command/words.ts";
import { affirmation, isCancel } from "../../sdk/src/command/yes-no.ts";
import {
  checkTypePatterns,
  contentTypeOf,
  isAllowedType,
} from "../../sdk/src/fetch/content-types.ts";
import { fileName } from "../../sdk/src/fetch/file-name.ts";
import { normalChannelId, normalId } from "../../sdk/src/link/normal-id.ts";
import { isUnavailable } from "../../sdk/src/link/unavailable.ts";
import { findMatch } from "../../sdk/src/plugin/match.ts";
import { parseCron } from "../../sdk/src/schedule/cron-expression.ts";
import { blockFamilies, blockTextFamilies, MAX_BLOCKS } from "./block-families.ts";
import { testGrowth } from "./test-growth.ts";
import { textFamilies } from "./text-families.ts";

const WORDS = [
  "a",
  " ",
  "--",
  "-",
  "=",
  '"',
  "“",
  "„",
  "”",
  "«",
  "‘",
  "\\",
  "\u00a0",
  "é",
  "\u200d",
];
const MARKS = [
  "a",
  " ",
  "\u200b",
  "\ufe0f",
  "\u200d",
  "👍",
  "ａ",
  "ﾊﾟ",
  "e\u0301",
  "٣",
  "İ",
  "ß",
  "!",
];
const NUMBERS = ["1", ",", ".", "½", " ", "and ", "h", "min", "٣", "'", "!", "-", "e5", "a "];

const COMMANDS = [
  declareCommand("say", { help: "x", args: { when: arg.duration(), all: arg.rest() } }),
  declareCommand("set", {
    help: "x",
    args: { times: arg.duration().repeated() },
    flags: { loud: flag.boolean(), count: flag.integer({ short: "c" }) },
  }),
];

testGrowth({
  name: "bindWords",
  run: (line) => {
    for (const command of COMMANDS) {
      try {
        bindWords(command, line, ["@a b"]);
      } catch {
        // Wrong input.
      }
    }
  },
  families: textFamilies("bind", [...WORDS, "--loud", "-c", "--count=1", "5", "min", " -- "]),
  maxSteps: 60_000,
});
testGrowth({
  name: "splitWords, firstWord",
  run: (line) => [splitWords(line, ["@a b"]), firstWord(line)],
  families: textFamilies("words", WORDS),
});
testGrowth({
  name: "normalise, foldLoosely, typedName, withoutMarks",
  run: (word) =>
    normalise(word) +
    foldLoosely(word) +
    typedName(word) +
    withoutMarks(word) +
    marksLength(word, 0),
  families: textFamilies("marks", MARKS),
});
testGrowth({
  name: "withoutSentenceEnd, findName, nearest",
  run: (word) => [withoutSentenceEnd(word), findName(word, ["ping"]), nearest(word, ["ping"])],
  families: textFamilies("names", [...MARKS, "?", "…", "ping"]),
});
testGrowth({
  name: "findName among many",
  run: (names) => findName("ping", names.split(" ")),
  families: textFamilies("many names", ["ping ", "Ping ", "p", " ", "ß "]),
});
testGrowth({
  name: "editDistance",
  run: (word) => editDistance(word, word.split("").reverse().join("")),
  families: textFamilies("distance", ["a", "b", "ab"]),
  // Its bounds let a thousand characters through, each compared with a hundred.
  maxSteps: 60_000,
});
testGrowth({
  name: "matchesGlob",
  run: (word) => [matchesGlob("*a*b*".split("*"), word), matchesGlob(word.split("*"), word)],
  families: textFamilies("glob", ["a", "b", "*"]),
});
testGrowth({
  name: "prefixLength",
  run: (line) => [
    prefixLength(line, "!"),
    prefixLength(line, line),
    prefixLength(line, `${line}b`),
  ],
  families: textFamilies("prefix", MARKS),
});
testGrowth({
  name: "plainNumber, numbersNear, normaliseNumber",
  run: (typed) => [plainNumber(typed), numbersNear(typed), normaliseNumber(typed)],
  families: textFamilies("numbers", NUMBERS),
});
testGrowth({
  name: "readDuration, durationsNear, durationSpan",
  run: (typed) => [readDuration(typed), durationsNear(typed), durationSpan(typed.split(" "), true)],
  families: textFamilies("durations", NUMBERS),
});
testGrowth({
  name: "quoteInput, hasHidden, affirmation, isCancel",
  run: (typed) => [quoteInput(typed), hasHidden(typed), affirmation(typed), isCancel(typed)],
  families: textFamilies("answers", [...MARKS, "yes", "'"]),
});
testGrowth({
  name: "recognise",
  run: (line) => [
    recognise(line, { prefix: "!", self: { name: "seabird", id: "x" }, block: textBlock(line) }),
    recognise(line, { prefix: line, self: { name: line } }),
  ],
  families: textFamilies("recognise", ["!", "seabird", ":", ",", " ", "@", "ｓ", "\u200b", "é"]),
});
testGrowth({
  name: "recognise, stripPrefix, mentionsIn, blockAfter",
  run: (block) => [
    recognise(block.plain, { prefix: "!", self: { name: "word", id: "irc://x/a" }, block }),
    stripPrefix(block, 3),
    stripPrefix(block, block.plain.length / 2),
    mentionsIn(block),
    blockAfter(block, block.plain.length / 2),
  ],
  families: blockFamilies(),
  maxSize: MAX_BLOCKS,
  // Eight walks over the tree.
  maxSteps: 60_000,
});
testGrowth({
  name: "stripPrefix, long texts",
  run: (block) => [stripPrefix(block, 3), stripPrefix(block, block.plain.length / 2)],
  families: blockTextFamilies("strip", ["a", " ", "\n", "é"]),
});
testGrowth({
  name: "splitBytes",
  run: (words) => [splitBytes(words, 400), splitBytes(words, words.length)],
  families: textFamilies("split", ["a", " ", "é", "👍", "\u0301", "🇩", "\n", "\ud800"]),
});
testGrowth({
  name: "findMatch",
  run: (words) => findMatch(/b$/, words),
  families: textFamilies("match", ["a", " ", "é", "\u200b", "\u2003"]),
});
testGrowth({
  name: "fileName",
  run: (name) => [
    fileName(`attachment; filename="${name}"`, new URL("http://x/")),
    fileName(name, new URL(`http://x/${encodeURIComponent(name.toWellFormed())}`)),
  ],
  families: textFamilies("files", [
    "a",
    ".",
    " ",
    "/",
    "\\",
    '"',
    "%",
    ";",
    "=",
    "é",
    "con",
    "*=utf-8''",
  ]),
});
testGrowth({
  name: "contentTypeOf, isAllowedType, checkTypePatterns",
  run: (type) => [
    contentTypeOf(type),
    isAllowedType(type, [type, "*/*"]),
    checkTypePatterns([type]),
  ],
  families: textFamilies("types", ["a", "/", ";", "=", " ", '"', "\\", "*"]),
});
testGrowth({
  name: "normalId, normalChannelId",
  run: (id) => [normalId(id), normalChannelId(id)],
  families: textFamilies("normal ids", ["://", "/", "%23", "%", "a", " "]),
});
testGrowth({
  name: "isUnavailable",
  run: (message) => isUnavailable(new SeabirdError("unknown", message)),
  families: textFamilies("reasons", [
    "connection ",
    "was lost ",
    "would take ",
    "not connected",
    " wait ",
    "1",
    "a",
  ]),
});
testGrowth({
  name: "parseCron",
  run: (expression) => parseCron(expression).next(0, 400 * 86_400_000),
  families: textFamilies("cron", ["*", "1", ",", "-", "/", " ", "l", "#", "mon"]),
});
testGrowth({
  name: "duration",
  run: (typed) => duration(typed),
  families: textFamilies("duration", ["1", "h", " ", ".", "min"]),
});
