/**
 * The table of the transcoder: which kinds of a backend's events are published, and what becomes
 * of each of their fields and blocks. A new field, block or kind is a row here.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  BlockSchema,
  ChannelSourceSchema,
  ChatEventSchema,
  EventSchema,
  UserSchema,
} from "@seabird-chat/protocol";
import type { ChatEventKind } from "../observer.ts";
import {
  child,
  copied,
  type Field,
  type FieldRules,
  fieldOf,
  fieldsOf,
  items,
  message,
  nanos,
  normalised,
  PLAIN,
  plainText,
  relativeId,
  seconds,
  url,
} from "./field-rules.ts";

const USER = fieldsOf(UserSchema, {
  id: relativeId,
  displayName: copied,
  avatarUrl: copied,
  isBot: copied,
  account: copied,
});
const CHANNEL_SOURCE = fieldsOf(ChannelSourceSchema, {
  channelId: relativeId,
  user: message(USER),
});
const TIME = fieldsOf(TimestampSchema, { seconds, nanos });

type BlockRow = readonly [plain: keyof typeof PLAIN, rules: FieldRules];

const BLOCKS: Readonly<Record<string, BlockRow>> = {
  text: ["asSet", { text: plainText }],
  italics: ["asSet", { inner: child }],
  bold: ["asSet", { inner: child }],
  underline: ["asSet", { inner: child }],
  strikethrough: ["asSet", { inner: child }],
  inlineCode: ["asSet", { text: plainText }],
  fencedCode: ["asSet", { info: copied, text: plainText }],
  spoiler: ["asSet", { inner: child }],
  list: ["listed", { inner: items, isOrdered: copied }],
  link: ["link", { url, inner: child }],
  blockquote: ["asSet", { inner: child }],
  timestamp: ["time", { inner: { ...message(TIME), isRequired: true } }],
  container: ["joined", { inner: items }],
  heading: ["asSet", { level: copied, inner: child }],
  mention: ["asSet", { inner: child, userId: copied, channelId: copied, everyone: copied }],
  emoji: ["asSet", { text: plainText, id: copied, url: copied }],
  attachment: [
    "asSet",
    {
      id: copied,
      url: copied,
      name: plainText,
      contentType: copied,
      sizeBytes: copied,
      width: copied,
      height: copied,
      durationMs: copied,
      description: copied,
      presentation: copied,
      isSpoiler: copied,
      expiresAt: copied,
    },
  ],
};

const inChannel = message(CHANNEL_SOURCE);
const ofUser = message(USER);

const PUBLIC = false;
const PRIVATE = true;

type EventRow = readonly [isPrivate: boolean, rules: FieldRules];

const EVENTS: Partial<Record<ChatEventKind, EventRow>> = {
  message: [PUBLIC, { source: inChannel, ...normalised, info: copied }],
  privateMessage: [PRIVATE, { source: ofUser, ...normalised, info: copied }],
  mention: [PUBLIC, { source: inChannel, ...normalised, info: copied }],
  command: [
    PUBLIC,
    { source: inChannel, command: copied, arg: copied, info: copied, argBlock: copied },
  ],
  action: [PUBLIC, { source: inChannel, ...normalised, info: copied }],
  privateAction: [PRIVATE, { source: ofUser, ...normalised, info: copied }],
};

/** A kind of block: its field in common.Block, and where its plain text comes from. */
export interface BlockKind {
  readonly field: Field;
  readonly plain: (typeof PLAIN)[keyof typeof PLAIN];
}

/** By the field's number in common.Block. */
export const BLOCK_KINDS: ReadonlyMap<number, BlockKind> = new Map(
  membersOf(BlockSchema).map((member) => [member.number, blockKind(member)]),
);
export const TEXT_BLOCK = blockKind(memberOf(BlockSchema, "text"));

function blockKind(member: Member): BlockKind {
  const row = BLOCKS[member.localName];
  if (row === undefined) throw new Error(`common.Block.${member.name} has no row`);
  const [plain, rules] = row;
  return { field: fieldOf(member, message(fieldsOf(member.message, rules))), plain: PLAIN[plain] };
}

/** A kind of a backend's event that is published. */
export interface EventKind {
  readonly kind: ChatEventKind;
  readonly isPrivate: boolean;
  /** In seabird.ChatEvent. */
  readonly received: Field;
  /** In seabird.Event. */
  readonly published: Field;
  /** Whether it has a text and a block, and the tag that tells which of them was given. */
  readonly isNormalised: boolean;
}

/** By the field's number in seabird.ChatEvent. */
export const EVENT_KINDS: ReadonlyMap<number, EventKind> = new Map(
  Object.entries(EVENTS).map(([kind, row]) => {
    const event = eventKind(kind as ChatEventKind, row);
    return [event.received.number, event];
  }),
);

function eventKind(kind: ChatEventKind, [isPrivate, rules]: EventRow): EventKind {
  const member = memberOf(ChatEventSchema, kind);
  const rule = message(fieldsOf(member.message, rules));
  return {
    kind,
    isPrivate,
    received: fieldOf(member, rule),
    published: fieldOf(memberOf(EventSchema, kind), rule),
    isNormalised: "rootBlock" in rules,
  };
}

export const TAGS_IN_CHAT_EVENT = copiedField(ChatEventSchema, "tags");
export const TAGS_IN_EVENT = copiedField(EventSchema, "tags");
export const PLAIN_IN_BLOCK = copiedField(BlockSchema, "plain");

function copiedField(schema: DescMessage, name: string): Field {
  const field = schema.fields.find(({ localName }) => localName === name);
  if (field === undefined) throw new Error(`${schema.typeName} has no field ${name}`);
  return fieldOf(field, copied);
}

type Member = DescField & { message: DescMessage };

/** The members of a message's oneof, which are messages. */
function membersOf(schema: DescMessage): Member[] {
  return schema.fields.filter((field): field is Member => field.oneof !== undefined);
}

function memberOf(schema: DescMessage, kind: string): Member {
  const member = membersOf(schema).find(({ localName }) => localName === kind);
  if (member === undefined) throw new Error(`${schema.typeName} has no kind ${kind}`);
  return member;
}
