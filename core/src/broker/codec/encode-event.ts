/**
 * Encoding events. Every line of chat passes here once, so the common shape is written by hand.
 * Whatever is not of the common shape goes to the generic encoder; a test compares the two.
 */
import { toBinary } from "@bufbuild/protobuf";
import { type ChannelSource, type Event, EventSchema, type User } from "@seabird-chat/protocol";
import { WireWriter } from "./wire-writer.ts";
import { writeTags, writeText } from "./write-text.ts";

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

const PRIVATE_KINDS: ReadonlySet<Event["inner"]["case"]> = new Set([
  "privateMessage",
  "privateAction",
  "sendPrivateMessage",
  "performPrivateAction",
]);

const writer = new WireWriter();

/** What an event consists of. */
type EventParts = Pick<Event, "inner" | "tags" | "$unknown">;

/** Encodes an event, once for all streams. */
export function encodeEvent(event: EventParts): EncodedEvent {
  const { inner } = event;
  const isPrivate = PRIVATE_KINDS.has(inner.case);
  if (inner.case === undefined || event.$unknown !== undefined || !isOrdinary(inner)) {
    return { message: toBinary(EventSchema, { $typeName: "seabird.Event", ...event }), isPrivate };
  }
  return { message: writeEvent(inner, event.tags), isPrivate };
}

function writeEvent(inner: Inner, tags: Event["tags"]): Uint8Array {
  writer.reset();
  const opened = writer.open(EVENT_FIELDS[inner.case]);
  writeInner(inner);
  writer.close(opened);
  writeTags(writer, TAGS_FIELD, tags);
  return writer.finish();
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
    writer.text(1, value.sender);
    writer.text(2, "channelId" in value ? value.channelId : value.userId);
    writeText(writer, 3, value.text, 4, value.rootBlock);
    return;
  }
  if (value.source !== undefined) writeSource(value.source);
  if ("command" in value) {
    writer.text(2, value.command);
    writer.text(3, value.arg);
    return;
  }
  writeText(writer, 2, value.text, 3, value.rootBlock);
}

function writeSource(source: ChannelSource | User): void {
  const opened = writer.open(1);
  if (source.$typeName === "common.User") writeUser(source);
  else {
    writer.text(1, source.channelId);
    if (source.user !== undefined) {
      const user = writer.open(2);
      writeUser(source.user);
      writer.close(user);
    }
  }
  writer.close(opened);
}

function writeUser(user: User): void {
  writer.text(1, user.id);
  writer.text(2, user.displayName);
}
