/**
 * The one walk over a tree of blocks that core does: it checks every block, finds out what the
 * tree reads as, and how large it is once every block carries its `plain`.
 *
 * `plain` repeats a text at every level, yet nothing is copied here: a wrapper's `plain` is the
 * child's string itself, and joined strings share their parts until somebody encodes them.
 */
import { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
import type { Block } from "./gen/common_pb.js";
import { linkPlain, timestampPlain } from "./plain-rules.ts";
import {
  intFieldSize,
  messageFieldSize,
  stringFieldSize,
  unknownFieldsSize,
  utf8Length,
} from "./wire-size.ts";

/** What a block reads as and how large it is. */
export interface Measure {
  /** The block's plain text. */
  readonly plain: string;
  /** The length of `plain` in UTF-8. */
  readonly plainBytes: number;
  /** The encoded size of the block, every `plain` below it included. */
  readonly bytes: number;
}

type Inner = Exclude<Block["inner"], { case: undefined }>;
/** As Measure, but `bytes` are those of the block's inner message, its unknown fields not counted. */
type InnerMeasure = Measure;

export interface MeasureOptions {
  /** Also store each block's plain text in it. */
  readonly assign: boolean;
}

/** Measures a tree of blocks. Throws BlockError if any of it is bad. */
export function measureBlock(block: Block, options: MeasureOptions, depth = 1): Measure {
  if (depth > MAX_BLOCK_DEPTH) {
    throw new BlockError(`blocks nested deeper than ${MAX_BLOCK_DEPTH}`);
  }
  if (block.inner.case === undefined) return measureUnknown(block);
  const inner = measureInner(block.inner, options, depth + 1);
  const { plain, plainBytes } = inner;
  const innerBytes = inner.bytes + unknownFieldsSize(block.inner.value.$unknown);
  const bytes =
    stringFieldSize(plainBytes) + messageFieldSize(innerBytes) + unknownFieldsSize(block.$unknown);
  if (options.assign) block.plain = plain;
  return { plain, plainBytes, bytes };
}

/** A kind of a later edition: its sender's `plain` stands, and it is handed on as it came. */
function measureUnknown(block: Block): Measure {
  if (block.$unknown === undefined || block.$unknown.length === 0) {
    throw new BlockError("unknown block type");
  }
  const plainBytes = utf8Length(block.plain);
  const bytes = stringFieldSize(plainBytes) + unknownFieldsSize(block.$unknown);
  return { plain: block.plain, plainBytes, bytes };
}

function measureInner(inner: Inner, options: MeasureOptions, depth: number): InnerMeasure {
  switch (inner.case) {
    case "text":
    case "inlineCode":
      return measureLeaf(inner.value.text, 0);
    case "fencedCode":
      return measureLeaf(inner.value.text, stringFieldSize(utf8Length(inner.value.info)));
    case "italics":
    case "bold":
    case "underline":
    case "strikethrough":
    case "spoiler":
    case "blockquote":
      return measureWrapper(inner.case, inner.value.inner, 0, options, depth);
    case "heading":
      return measureWrapper(
        inner.case,
        inner.value.inner,
        intFieldSize(inner.value.level),
        options,
        depth,
      );
    case "link":
      return measureLink(inner.value, options, depth);
    case "list":
      return measureItems(inner.value.inner, ", ", options, depth);
    case "container":
      return measureItems(inner.value.inner, "", options, depth);
    case "timestamp":
      return measureTimestamp(inner.value);
    case "mention":
      return measureWrapper(inner.case, inner.value.inner, 0, options, depth);
    case "emoji":
      return measureLeaf(inner.value.text, 0);
    case "attachment":
      return measureLeaf(inner.value.name, 0);
    default:
      return inner satisfies never;
  }
}

function measureLeaf(text: string, otherBytes: number): InnerMeasure {
  const plainBytes = utf8Length(text);
  return { plain: text, plainBytes, bytes: stringFieldSize(plainBytes) + otherBytes };
}

function measureWrapper(
  kind: Inner["case"],
  child: Block | undefined,
  otherBytes: number,
  options: MeasureOptions,
  depth: number,
): InnerMeasure {
  if (child === undefined) throw new BlockError(`${kind} block missing inner block`);
  const { plain, plainBytes, bytes } = measureBlock(child, options, depth);
  return { plain, plainBytes, bytes: messageFieldSize(bytes) + otherBytes };
}

type Link = Extract<Inner, { case: "link" }>["value"];

function measureLink(link: Link, options: MeasureOptions, depth: number): InnerMeasure {
  const urlBytes = utf8Length(link.url);
  const child = measureWrapper("link", link.inner, stringFieldSize(urlBytes), options, depth);
  const plain = linkPlain(link.url, child.plain);
  const added = " ()".length;
  const plainBytes = plain === link.url ? urlBytes : child.plainBytes + urlBytes + added;
  return { plain, plainBytes, bytes: child.bytes };
}

function measureItems(
  items: readonly Block[],
  separator: string,
  options: MeasureOptions,
  depth: number,
): InnerMeasure {
  let plain = "";
  let plainBytes = 0;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const measured = measureBlock(item, options, depth);
    if (index > 0) {
      plain += separator;
      plainBytes += separator.length;
    }
    plain += measured.plain;
    plainBytes += measured.plainBytes;
    bytes += messageFieldSize(measured.bytes);
  }
  return { plain, plainBytes, bytes };
}

type TimestampBlock = Extract<Inner, { case: "timestamp" }>["value"];

function measureTimestamp(block: TimestampBlock): InnerMeasure {
  const time = block.inner;
  const plain = timestampPlain(time);
  if (time === undefined || plain === undefined) {
    throw new BlockError("timestamp block without a valid time");
  }
  const timeBytes =
    intFieldSize(Number(time.seconds)) +
    intFieldSize(time.nanos) +
    unknownFieldsSize(time.$unknown);
  return { plain, plainBytes: plain.length, bytes: messageFieldSize(timeBytes) };
}
