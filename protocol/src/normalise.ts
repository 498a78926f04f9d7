/**
 * Normalising: after it, a message has both `text` and `root_block`, and they say the same
 * (protocol: "Blocks and text"). Core does this to every message that passes through it.
 */
import type { Block } from "./gen/common_pb.js";
import { type Measure, measureBlock } from "./measure.ts";
import { utf8Length } from "./utf8.ts";
import { messageFieldSize, stringFieldSize } from "./wire-size.ts";

/** Which of the two the sender gave; the value of the tag `core/original-format`. */
export type OriginalFormat = "text" | "blocks";

export interface NormalisedMessage {
  readonly text: string;
  readonly rootBlock: Block;
  readonly format: OriginalFormat;
  /** The encoded size of both fields, tags included; what `normalisedSize` says. */
  readonly bytes: number;
}

/**
 * Makes a message's `text` and `root_block` say the same. Without a block the text becomes one;
 * with a block `text` is ignored, and `plain` is computed anew in every block of a known kind.
 *
 * The given block is changed in place and is the `rootBlock` of the result: give it one that you
 * own, such as one just decoded. If it throws, the block is partly changed and of no use.
 *
 * Strings are shared, not copied, so memory grows only when the result is encoded: compare
 * `bytes` with your limit before.
 *
 * Throws BlockError for a bad block.
 */
export function normaliseMessage(text: string, rootBlock: Block | undefined): NormalisedMessage {
  if (rootBlock === undefined) {
    return { text, rootBlock: textBlock(text), format: "text", bytes: textSize(text) };
  }
  const root = measureBlock(rootBlock, { assign: true });
  return { text: root.plain, rootBlock, format: "blocks", bytes: fieldsSize(root) };
}

/**
 * The bytes that `text` and `root_block` take in an encoded message after normalising, tags
 * included. Computed without changing or building anything. Exact for strings without lone
 * surrogates, which includes all that was decoded; never too small for others.
 *
 * Throws BlockError for a bad block.
 */
export function normalisedSize(text: string, rootBlock: Block | undefined): number {
  if (rootBlock === undefined) return textSize(text);
  return fieldsSize(measureBlock(rootBlock, { assign: false }));
}

/** A text block. Written out, because this runs for every line of chat. */
function textBlock(text: string): Block {
  return {
    $typeName: "common.Block",
    plain: text,
    inner: { case: "text", value: { $typeName: "common.TextBlock", text } },
  };
}

function textSize(text: string): number {
  const plainBytes = utf8Length(text);
  const field = stringFieldSize(plainBytes);
  return field + messageFieldSize(field + messageFieldSize(field));
}

function fieldsSize(root: Measure): number {
  return stringFieldSize(root.plainBytes) + messageFieldSize(root.bytes);
}
