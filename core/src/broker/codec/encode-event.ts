/**
 * Encodes events. Each event passes here once, so the kinds of `EVENT_FIELDS` are written by
 * hand; all others, and unknown fields, go to the generic encoder. A test compares the two.
 */
import { toBinary } from "@bufbuild/protobuf";
import { type ChannelSource, type Event, EventSchema, type User } from "@seabird-chat/protocol";
import { WireWriter } from "./wire-writer.ts";
import { writeTags, writeText } from "./write-text.ts";

/** An event in its encoded form, ready to be published. */
export interface EncodedEvent {
  readonly message: Uint8Array;
  /** Whether only streams that may read private messages get it. */
  readonly isPrivate: boolean;
}

/** The kinds that are written by hand, and their field numbers in seabird.Event. */
const EVENT_FIELDS = {
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
} as const;
const TAGS_FIELD = 11;

type FastInner = Extract<Event["inner"], { case: keyof typeof EVENT_FIELDS }>;

const writer = new WireWriter();

/** Encodes an event, once for all streams. */
export function encodeEvent(
  event: Pick<Event, "inner" | "tags" | "$unknown">,
  isPrivate: boolean,
): EncodedEvent {
  const { inner } = event;
  if (event.$unknown !== undefined || !isFast(inner) || hasUnknownFields(inner)) {
    return { message: toBinary(EventSchema, { $typeName: "seabird.Event", ...event }), isPrivate };
  }
  return { message: writeEvent(inner, event.tags), isPrivate };
}

function isFast(inner: Event["inner"]): inner is FastInner {
  return inner.case !== undefined && inner.case in EVENT_FIELDS;
}

function writeEvent(inner: FastInner, tags: Event["tags"]): Uint8Array {
  writer.reset();
  const opened = writer.open(EVENT_FIELDS[inner.case]);
  writeInner(inner);
  writer.close(opened);
  writeTags(writer, TAGS_FIELD, tags);
  return writer.finish();
}

/** Whether it or its source has fields that core does not know; `writeText` looks into blocks. */
function hasUnknownFields({ value }: FastInner): boolean {
  if (value.$unknown !== undefined) return true;
  if ("sender" in value || value.source === undefined) return false;
  const { source } = value;
  if (source.$unknown !== undefined) return true;
  return source.$typeName !== "common.User" && source.user?.$unknown !== undefined;
}

function writeInner({ value }: FastInner): void {
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
