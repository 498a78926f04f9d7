/** Protocol: ids, texts and trees of blocks cost twice as much for twice as much. */
import {
  absoluteId,
  type Block,
  blockDepth,
  container,
  cutUtf8,
  normalisedSize,
  normaliseMessage,
  parseBackendId,
  parseId,
  plainText,
  text,
  utf8Length,
  walkBlocks,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import { blockFamilies, blockTextFamilies, MAX_BLOCKS } from "./block-families.ts";
import { testGrowth } from "./test-growth.ts";
import { textFamilies } from "./text-families.ts";

const measure = (block: Block) => {
  plainText(block);
  blockDepth(block);
  normalisedSize("", block);
  normaliseMessage("", block);
  return [...walkBlocks(block)].length;
};

testGrowth({
  name: "plainText, normaliseMessage, walkBlocks",
  run: measure,
  families: blockFamilies(),
  maxSize: MAX_BLOCKS,
});
testGrowth({
  name: "plainText, normaliseMessage, long texts",
  run: measure,
  families: blockTextFamilies("protocol", ["a", "é", "👍", "\ud800", "\n", " "]),
});
testGrowth({
  name: "builders",
  run: (words) => text`${container(words.split(" "))}${words}`,
  families: textFamilies("builders", ["a", " ", "\ud800", "é"]),
});
testGrowth({
  name: "parseId, parseBackendId, absoluteId",
  run: (id) => {
    parseBackendId(id);
    const { relative, ...backend } = parseId(id) ??
      parseId(`a://b/${id}`) ?? { type: "", id: "", relative: id };
    return absoluteId(backend, relative);
  },
  families: textFamilies("ids", [
    "://",
    "/",
    "%",
    "%2",
    "%23",
    "%C3%A9",
    "%FF",
    "a",
    "é",
    "\ud800",
  ]),
});
testGrowth({
  name: "utf8Length, cutUtf8",
  run: (words) => cutUtf8(words, utf8Length(words) / 2),
  families: textFamilies("utf8", ["a", "é", "漢", "👍", "\ud800", "\udc00"]),
});
testGrowth({
  name: "withoutCoreTags",
  run: (names) =>
    withoutCoreTags(Object.fromEntries(names.split(" ").map((name, index) => [name + index, ""]))),
  families: textFamilies("tags", ["core/", "a ", " ", "seabird-core/"]),
});
