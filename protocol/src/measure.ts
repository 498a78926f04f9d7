/**
 * The one walk over a tree of blocks that core does: it checks every block, finds out what the
 * tree reads as, and how large it is once every block carries its `plain`.
 *
 * `plain` repeats a text at every level, yet nothing is copied here: a wrapper's `plain` is the
 * child's string itself, and joined strings share their parts until somebody encodes them.
 */
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
import {
  type AttachmentBlock,
  type Block,
  BlockSchema,
  type EmojiBlock,
  type LinkBlock,
  type ListBlock,
  ListBlockSchema,
  type MentionBlock,
  type TimestampBlock,
} from "./gen/common_pb.js";
import { MAX_EMOJI_BYTES } from "./limits.ts";
import {
  ATTACHMENT_SEPARATOR,
  attachmentPlain,
  itemPrefix,
  linkPlain,
  timestampPlain,
} from "./plain-rules.ts";
import { utf8Length } from "./utf8.ts";
import {
  int64FieldSize,
  intFieldSize,
  messageFieldSize,
  stringFieldSize,
  uint64FieldSize,
  unknownFieldsSize,
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

/** Of a truth value that is a member of a oneof: tag and value. */
const SET_BOOL_BYTES = 2;

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
  if (block.inner.case === undefined) return measureWithoutKind(block, options);
  const inner = measureInner(block.inner, options, depth + 1);
  const { plain, plainBytes } = inner;
  const innerBytes = inner.bytes + unknownFieldsSize(block.inner.value.$unknown);
  const bytes =
    stringFieldSize(plainBytes) +
    messageFieldSize(innerBytes, BlockSchema.field[block.inner.case].number) +
    unknownFieldsSize(block.$unknown);
  if (options.assign) block.plain = plain;
  return { plain, plainBytes, bytes };
}

/**
 * A kind of a later edition: its sender's `plain` stands, and it is handed on as it came. Without
 * unknown fields it is what an old client makes of such a block: a text.
 */
function measureWithoutKind(block: Block, options: MeasureOptions): Measure {
  const { plain, $unknown } = block;
  const plainBytes = utf8Length(plain);
  const plainSize = stringFieldSize(plainBytes);
  if ($unknown !== undefined && $unknown.length > 0) {
    return { plain, plainBytes, bytes: plainSize + unknownFieldsSize($unknown) };
  }
  if (plain === "") throw new BlockError("unknown block type");
  if (options.assign) {
    block.inner = { case: "text", value: { $typeName: "common.TextBlock", text: plain } };
  }
  return { plain, plainBytes, bytes: plainSize + messageFieldSize(plainSize) };
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
      return measureList(inner.value, options, depth);
    case "container":
      return measureItems(inner.value.inner, NO_SEPARATORS, options, depth);
    case "timestamp":
      return measureTimestamp(inner.value);
    case "mention":
      return measureWrapper(
        inner.case,
        inner.value.inner,
        targetSize(inner.value.target),
        options,
        depth,
      );
    case "emoji":
      return measureEmoji(inner.value);
    case "attachment":
      return measureAttachment(inner.value);
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

function measureLink(link: LinkBlock, options: MeasureOptions, depth: number): InnerMeasure {
  const urlBytes = utf8Length(link.url);
  const child = measureWrapper("link", link.inner, stringFieldSize(urlBytes), options, depth);
  const plain = linkPlain(link.url, child.plain);
  const added = " ()".length;
  const plainBytes = plain === link.url ? urlBytes : child.plainBytes + urlBytes + added;
  return { plain, plainBytes, bytes: child.bytes };
}

function measureList(list: ListBlock, options: MeasureOptions, depth: number): InnerMeasure {
  const separators = list.isOrdered ? ORDERED_SEPARATORS : LIST_SEPARATORS;
  const items = measureItems(list.inner, separators, options, depth);
  const orderedBytes = intFieldSize(Number(list.isOrdered), ListBlockSchema.field.isOrdered.number);
  return { ...items, bytes: items.bytes + orderedBytes };
}

/** What stands before the item at an index; ASCII. */
type Separators = (index: number) => string;

const ITEM_SEPARATOR = ", ";
const NO_SEPARATORS: Separators = () => "";
const LIST_SEPARATORS: Separators = (index) => (index === 0 ? "" : ITEM_SEPARATOR);
const ORDERED_SEPARATORS: Separators = (index) => LIST_SEPARATORS(index) + itemPrefix(index);

function measureItems(
  items: readonly Block[],
  separators: Separators,
  options: MeasureOptions,
  depth: number,
): InnerMeasure {
  let plain = "";
  let plainBytes = 0;
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    const measured = measureBlock(item, options, depth);
    const separator = separators(index);
    plain += separator + measured.plain;
    plainBytes += separator.length + measured.plainBytes;
    bytes += messageFieldSize(measured.bytes);
  }
  return { plain, plainBytes, bytes };
}

function measureTimestamp(block: TimestampBlock): InnerMeasure {
  const plain = timestampPlain(block.inner);
  if (plain === undefined) throw new BlockError("timestamp block without a valid time");
  return { plain, plainBytes: plain.length, bytes: timeFieldSize(block.inner) };
}

function timeFieldSize(time: Timestamp | undefined): number {
  if (time === undefined) return 0;
  return messageFieldSize(
    int64FieldSize(time.seconds) + intFieldSize(time.nanos) + unknownFieldsSize(time.$unknown),
  );
}

/** Members of a oneof take bytes when they are empty, too. */
function targetSize(target: MentionBlock["target"]): number {
  if (target.case === undefined) return 0;
  return target.case === "everyone" ? SET_BOOL_BYTES : messageFieldSize(utf8Length(target.value));
}

function measureEmoji({ text, id, url }: EmojiBlock): InnerMeasure {
  const idBytes = utf8Length(id);
  const otherBytes = stringFieldSize(idBytes) + textFieldSize(url);
  const measured = measureLeaf(text, otherBytes);
  if (Math.max(idBytes, measured.plainBytes) > MAX_EMOJI_BYTES) {
    throw new BlockError(`emoji block with more than ${MAX_EMOJI_BYTES} bytes of text or id`);
  }
  return measured;
}

function measureAttachment(file: AttachmentBlock): InnerMeasure {
  // As with a timestamp block, readers that write times as text refuse others.
  if (file.expiresAt !== undefined && timestampPlain(file.expiresAt) === undefined) {
    throw new BlockError("attachment block without a valid expires_at");
  }
  const nameBytes = utf8Length(file.name);
  const urlBytes = utf8Length(file.url);
  const plain = attachmentPlain(file.name, file.url);
  const separatorBytes = nameBytes > 0 && urlBytes > 0 ? ATTACHMENT_SEPARATOR.length : 0;
  const bytes =
    stringFieldSize(nameBytes) +
    stringFieldSize(urlBytes) +
    textFieldSize(file.id) +
    textFieldSize(file.contentType) +
    uint64FieldSize(file.sizeBytes) +
    intFieldSize(file.width) +
    intFieldSize(file.height) +
    uint64FieldSize(file.durationMs) +
    textFieldSize(file.description) +
    intFieldSize(file.presentation) +
    intFieldSize(Number(file.isSpoiler)) +
    timeFieldSize(file.expiresAt) +
    textFieldSize(file.corePath);
  return { plain, plainBytes: nameBytes + separatorBytes + urlBytes, bytes };
}

function textFieldSize(text: string): number {
  return stringFieldSize(utf8Length(text));
}
