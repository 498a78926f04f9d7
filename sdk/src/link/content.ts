/** The content of a message, and its form on the wire. Pure. */
import { inspect } from "node:util";
import {
  type Block,
  BlockError,
  type Content,
  contentBlock,
  parseId,
  walkBlocks,
} from "@seabird-chat/protocol";
import { argumentError } from "./call-site.ts";

export type { Content };

/**
 * Plain text travels as text, everything else as one block. Throws `invalid_argument` for
 * what is no content, such as undefined, which code without types passes easily.
 */
export function contentToWire(content: Content): { text: string } | { rootBlock: Block } {
  if (content === undefined || content === null) {
    throw argumentError("invalid_argument", `there is nothing to say: content is ${content}`);
  }
  return typeof content === "string" ? { text: content } : { rootBlock: toBlock(content) };
}

function toBlock(content: Content): Block {
  try {
    return contentBlock(content);
  } catch (reason) {
    if (!(reason instanceof BlockError)) throw reason;
    throw argumentError("invalid_argument", reason.message);
  }
}

/**
 * As `contentToWire`, of a message that a plugin sends or edits. Throws `invalid_argument` also for
 * content that reads as nothing, and for a mention or a file whose id is not absolute.
 */
export function messageToWire(content: Content): { text: string } | { rootBlock: Block } {
  const wire = contentToWire(content);
  if ("text" in wire ? wire.text === "" : isEmpty(wire.rootBlock)) {
    throw argumentError("invalid_argument", "there is nothing to say: the content is empty");
  }
  if ("rootBlock" in wire) for (const block of walkBlocks(wire.rootBlock)) checkIds(block);
  return wire;
}

/** Blocks that read as what is inside; and those that read as their text. */
const WRAPPERS: ReadonlySet<Block["inner"]["case"]> = new Set<Block["inner"]["case"]>([
  ...(["italics", "bold", "underline", "strikethrough", "spoiler"] as const),
  ...(["blockquote", "heading", "list", "container"] as const),
]);
const TEXTS: ReadonlySet<Block["inner"]["case"]> = new Set<Block["inner"]["case"]>([
  ...(["text", "inlineCode", "fencedCode"] as const),
]);

/** Not by its plain text: a file may have no name, and a block made by hand has no `plain` yet. */
function isEmpty(root: Block): boolean {
  if (root.plain !== "") return false;
  for (const { inner } of walkBlocks(root)) {
    if (WRAPPERS.has(inner.case)) continue;
    const { text } = (inner.value ?? {}) as { readonly text?: string };
    if (!TEXTS.has(inner.case) || text !== "") return false;
  }
  return true;
}

function checkIds({ inner }: Block): void {
  if (inner.case === "mention") {
    const { target } = inner.value;
    if (target.case === "userId") checkId("a mention's userId", target.value, "alice");
    if (target.case === "channelId") checkId("a mention's channelId", target.value, "%23lobby");
  }
  if (inner.case === "attachment" && inner.value.id !== "") {
    checkId("a file's id", inner.value.id, "7");
  }
}

function checkId(what: string, id: string, example: string): void {
  if (parseId(id) !== undefined) return;
  const wanted = `give an absolute id, such as irc://libera/${example}`;
  throw argumentError("invalid_argument", `${what} is ${inspect(id)}; ${wanted}`);
}
