/**
 * The table of the transcoder: which kinds of a backend's events are published, and what becomes
 * of each of their fields and blocks. A new field, block or kind is a row here.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  type Block,
  BlockSchema,
  ChannelSourceSchema,
  type ChatEvent,
  ChatEventSchema,
  ConversationSchema,
  costOfKind,
  EmojiSchema,
  EventSchema,
  MAX_EMOJI_BYTES,
  MAX_IDS_PER_CALL,
  MAX_MESSAGE_ID_BYTES,
  MAX_REFERRER_BYTES,
  MAX_USER_FIELD_BYTES,
  MessageInfoSchema,
  MessageReferenceSchema,
  UserSchema,
} from "@seabird-chat/protocol";
import {
  argument,
  child,
  copied,
  cutShort,
  discarded,
  type Field,
  type FieldRule,
  type FieldRules,
  fieldOf,
  fieldsOf,
  items,
  message,
  needed,
  normalised,
  optionalId,
  PLACE,
  PLAIN,
  plainText,
  relativeId,
  safeUrl,
  seconds,
  upTo,
  url,
} from "./field-rules.ts";

/** The years 1 to 9999, which readers accept that write times as texts. */
const UNIX_SECONDS = [-62_135_596_800, 253_402_300_799] as const;
const NANOS = [0, 999_999_999] as const;

const user = (id: FieldRule): FieldRule =>
  message(
    fieldsOf(UserSchema, {
      id,
      displayName: copied,
      avatarUrl: { ...safeUrl, maxBytes: MAX_USER_FIELD_BYTES },
      isBot: copied,
      account: upTo(MAX_USER_FIELD_BYTES),
    }),
  );
const ofUser = user(relativeId);
/** Of whom the network may not tell the id. */
const someUser = user(optionalId);
const neededUser = needed(user(needed(relativeId)));
const channelId: FieldRule = { ...relativeId, place: PLACE.channel };
const inChannel = message(fieldsOf(ChannelSourceSchema, { channelId, user: ofUser }));
const conversation = needed(
  message(
    fieldsOf(ConversationSchema, {
      channelId: needed({ ...optionalId, place: PLACE.channel }),
      userId: needed({ ...optionalId, place: PLACE.user }),
    }),
  ),
);
const timeWith = (rule: FieldRule): FieldRule =>
  message(
    fieldsOf(TimestampSchema, {
      seconds: { ...rule, between: UNIX_SECONDS },
      nanos: { ...copied, between: NANOS },
    }),
  );
const time = timeWith(copied);
const messageId = upTo(MAX_MESSAGE_ID_BYTES);
const emojiText = upTo(MAX_EMOJI_BYTES);
const reference = message(
  fieldsOf(MessageReferenceSchema, {
    messageId,
    author: someUser,
    text: cutShort,
    conversation: message(
      fieldsOf(ConversationSchema, { channelId: optionalId, userId: optionalId }),
    ),
  }),
);
const infoWith = (id: FieldRule): FieldRule =>
  message(
    fieldsOf(MessageInfoSchema, {
      id,
      sentAt: time,
      replyTo: reference,
      referrer: upTo(MAX_REFERRER_BYTES),
    }),
  );
const info = infoWith(messageId);
const emoji = message(fieldsOf(EmojiSchema, { text: emojiText, id: emojiText, url: safeUrl }));

type BlockName = NonNullable<Block["inner"]["case"]>;
type BlockRow = readonly [plain: keyof typeof PLAIN, rules: FieldRules];

const BLOCKS: Readonly<Record<BlockName, BlockRow>> = {
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
  timestamp: ["time", { inner: { ...timeWith(seconds), isRequired: true } }],
  container: ["joined", { inner: items }],
  heading: ["asSet", { level: copied, inner: child }],
  mention: ["asSet", { inner: child, userId: optionalId, channelId: optionalId, everyone: copied }],
  emoji: [
    "asSet",
    { text: { ...plainText, maxBytes: MAX_EMOJI_BYTES }, id: emojiText, url: safeUrl },
  ],
  attachment: [
    "file",
    {
      id: optionalId,
      url: { ...safeUrl, isRequired: true },
      name: plainText,
      contentType: copied,
      sizeBytes: copied,
      width: copied,
      height: copied,
      durationMs: copied,
      description: copied,
      presentation: copied,
      isSpoiler: copied,
      expiresAt: time,
      corePath: discarded,
    },
  ],
};

const PUBLIC = false;
const PRIVATE = true;

/** What happens in a private channel, or in the conversation with a user, is private besides. */
type EventRow = readonly [isPrivate: boolean, rules: FieldRules];

const EVENTS = {
  message: [PUBLIC, { source: inChannel, ...normalised, info }],
  privateMessage: [PRIVATE, { source: ofUser, ...normalised, info }],
  mention: [PUBLIC, { source: inChannel, ...normalised, info }],
  command: [PUBLIC, { source: inChannel, command: copied, arg: copied, info, argBlock: argument }],
  action: [PUBLIC, { source: inChannel, ...normalised, info }],
  privateAction: [PRIVATE, { source: ofUser, ...normalised, info }],
  messageEdited: [
    PUBLIC,
    {
      conversation,
      author: someUser,
      ...normalised,
      info: needed(infoWith(needed(messageId))),
      sender: discarded,
    },
  ],
  messageDeleted: [
    PUBLIC,
    {
      conversation,
      messageIds: { ...needed(messageId), maxItems: MAX_IDS_PER_CALL },
      by: someUser,
      reason: copied,
      sender: discarded,
    },
  ],
  reaction: [
    PUBLIC,
    {
      conversation,
      messageId: needed(messageId),
      user: { ...neededUser, unless: "removed" },
      emoji: { ...needed(emoji), unless: "removed" },
      removed: copied,
      sender: discarded,
    },
  ],
  typing: [PUBLIC, { conversation, user: neededUser, isActive: copied, expiresMs: copied }],
  member: [
    PUBLIC,
    {
      channelId: needed(channelId),
      user: neededUser,
      change: copied,
      by: someUser,
      reason: copied,
    },
  ],
  userChanged: [PUBLIC, { before: someUser, user: neededUser }],
} as const satisfies Partial<Record<NonNullable<ChatEvent["inner"]["case"]>, EventRow>>;

/** The kinds of a backend's events that are published. */
export type ReportedKind = keyof typeof EVENTS;
export type ReportedEvent = Extract<ChatEvent["inner"], { case: ReportedKind }>;

/** A kind of block: its field in common.Block, and where its plain text comes from. */
export interface BlockKind {
  readonly field: Field;
  readonly plain: (typeof PLAIN)[keyof typeof PLAIN];
  /** How many blocks it counts as. */
  readonly cost: number;
}

/** By the field's number in common.Block. */
export const BLOCK_KINDS: ReadonlyMap<number, BlockKind> = new Map(
  membersOf(BlockSchema).map((member) => [member.number, blockKind(member)]),
);
/** By their names in TypeScript. */
export const BLOCK_KINDS_BY_NAME: ReadonlyMap<string, BlockKind> = new Map(
  Array.from(BLOCK_KINDS.values(), (kind) => [kind.field.name, kind]),
);
export const TEXT_BLOCK = blockKind(memberOf(BlockSchema, "text"));

function blockKind(member: Member): BlockKind {
  const row: BlockRow | undefined = BLOCKS[member.localName as BlockName];
  if (row === undefined) throw new Error(`common.Block.${member.name} has no row`);
  const field = fieldOf(member, message(fieldsOf(member.message, row[1])));
  return { field, plain: PLAIN[row[0]], cost: costOfKind(member.localName) };
}

/** A kind of a backend's event that is published. */
export interface EventKind {
  readonly kind: ReportedKind;
  /** Whether it is private wherever it happens. */
  readonly isPrivate: boolean;
  /** In seabird.ChatEvent. */
  readonly received: Field;
  /** In seabird.Event. */
  readonly published: Field;
  /** Whether it has a text and a block, and the tag that tells which of them was given. */
  readonly isNormalised: boolean;
}

/** By their names in TypeScript. */
export const EVENT_KINDS_BY_NAME = Object.fromEntries(
  Object.entries(EVENTS).map(([kind, row]) => [kind, eventKind(kind as ReportedKind, row)]),
) as Readonly<Record<ReportedKind, EventKind>>;

/** By the field's number in seabird.ChatEvent. */
export const EVENT_KINDS: ReadonlyMap<number, EventKind> = new Map(
  Object.values(EVENT_KINDS_BY_NAME).map((kind) => [kind.received.number, kind]),
);

function eventKind(kind: ReportedKind, [isPrivate, rules]: EventRow): EventKind {
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
