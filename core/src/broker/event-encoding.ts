/**
 * Encoding events. Every line of chat passes here once, so the common shape is written by hand:
 * the generic encoder grows a new buffer for each message, and encodes the text that a message
 * repeats three times, three times. Whatever is not of the common shape goes to the generic
 * encoder; a test compares the two.
 */
import { toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import {
  type Block,
  BlockSchema,
  type ChannelSource,
  type Event,
  EventSchema,
  type User,
} from "@seabird/protocol";

/** An event in its encoded form, ready to be published. */
export interface EncodedEvent {
  readonly message: Uint8Array;
  /** Whether only streams with private messages see it. */
  readonly isPrivate: boolean;
}

type Inner = Exclude<Event["inner"], { case: undefined }>;
type Kind = Inner["case"];

/** Field numbers in seabird.Event, common and seabird messages (protocol: "Messages"). */
const EVENT_FIELDS: { readonly [K in Kind]: number } = {
  message: 1,
  privateMessage: 2,
  mention: 3,
  command: 4,
  action: 5,
  privateAction: 6,
  sendMessage: 7,
  sendPrivateMessage: 8,
  performAction: 9,
  performPrivateAction: 10,
};
const TAGS_FIELD = 11;
const TEXT_BLOCK_FIELD = 2;

const PRIVATE_KINDS: ReadonlySet<Event["inner"]["case"]> = new Set([
  "privateMessage",
  "privateAction",
  "sendPrivateMessage",
  "performPrivateAction",
]);

/** Its buffer is kept from event to event, at the size of the largest so far that is ordinary. */
let writer = new BinaryWriter();
/** A larger event's buffer is not worth keeping. */
const MAX_KEPT_BYTES = 65_536;

/** Encodes an event, once for all streams. */
export function encodeEvent(event: Event): EncodedEvent {
  const { inner } = event;
  const isPrivate = PRIVATE_KINDS.has(inner.case);
  if (inner.case === undefined || event.$unknown !== undefined || !isOrdinary(inner)) {
    return { message: toBinary(EventSchema, event), isPrivate };
  }
  return { message: writeEvent(inner, event.tags), isPrivate };
}

function writeEvent(inner: Inner, tags: Event["tags"]): Uint8Array {
  try {
    writer.tag(EVENT_FIELDS[inner.case], WireType.LengthDelimited).fork();
    writeInner(inner);
    writer.join();
    writeTags(tags);
    const message = writer.finish();
    if (message.length > MAX_KEPT_BYTES) writer = new BinaryWriter();
    return message;
  } catch (reason) {
    // Half an event must not be the beginning of the next one.
    writer = new BinaryWriter();
    throw reason;
  }
}

/** Whether nothing in it has fields that core does not know; blocks are looked at by themselves. */
function isOrdinary({ value }: Inner): boolean {
  if (value.$unknown !== undefined) return false;
  if ("sender" in value || value.source === undefined) return true;
  const { source } = value;
  if (source.$unknown !== undefined) return false;
  return source.$typeName === "common.User" || source.user?.$unknown === undefined;
}

function writeInner({ value }: Inner): void {
  if ("sender" in value) {
    writeString(1, value.sender);
    writeString(2, "channelId" in value ? value.channelId : value.userId);
    writeText(3, value.text, 4, value.rootBlock);
    return;
  }
  if (value.source !== undefined) writeSource(value.source);
  if ("command" in value) {
    writeString(2, value.command);
    writeString(3, value.arg);
    return;
  }
  writeText(2, value.text, 3, value.rootBlock);
}

function writeSource(source: ChannelSource | User): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  if (source.$typeName === "common.User") {
    writeUser(source);
  } else {
    writeString(1, source.channelId);
    if (source.user !== undefined) {
      writer.tag(2, WireType.LengthDelimited).fork();
      writeUser(source.user);
      writer.join();
    }
  }
  writer.join();
}

function writeUser(user: User): void {
  writeString(1, user.id);
  writeString(2, user.displayName);
}

/** A text and its block, which in the common case is the same text twice more. */
function writeText(textNo: number, text: string, blockNo: number, block: Block | undefined): void {
  if (!isTextBlock(block, text)) {
    writeString(textNo, text);
    if (block === undefined) return;
    writer.tag(blockNo, WireType.LengthDelimited).bytes(toBinary(BlockSchema, block));
    return;
  }
  const utf8 = encode(text);
  writeBytes(textNo, utf8);
  writer.tag(blockNo, WireType.LengthDelimited).fork();
  writeBytes(1, utf8);
  writer.tag(TEXT_BLOCK_FIELD, WireType.LengthDelimited).fork();
  writeBytes(1, utf8);
  writer.join().join();
}

function isTextBlock(block: Block | undefined, text: string): boolean {
  if (block?.inner.case !== "text") return false;
  const { value } = block.inner;
  if (block.$unknown !== undefined || value.$unknown !== undefined) return false;
  return block.plain === text && value.text === text;
}

function writeTags(tags: Event["tags"]): void {
  for (const name of Object.keys(tags)) {
    writer.tag(TAGS_FIELD, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.tag(2, WireType.LengthDelimited).string(tags[name] ?? "");
    writer.join();
  }
}

function writeString(no: number, text: string): void {
  if (text !== "") writer.tag(no, WireType.LengthDelimited).string(text);
}

function writeBytes(no: number, utf8: Uint8Array): void {
  if (utf8.length > 0) writer.tag(no, WireType.LengthDelimited).bytes(utf8);
}

const encoder = new TextEncoder();
const scratch = new Uint8Array(4_096);
const MOST_BYTES_PER_UNIT = 3;

/** A text's UTF-8, good until the next call. */
function encode(text: string): Uint8Array {
  if (text.length * MOST_BYTES_PER_UNIT > scratch.length) return encoder.encode(text);
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
