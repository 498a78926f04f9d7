/** Decodes what backends send, within a bound for how many fields it may have. */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { type ChatEvent, ChatEventSchema, MAX_LISTED_MEMBERS } from "@seabird-chat/protocol";
import { decodeMessage } from "./decode.ts";
import { hasMoreFields } from "./field-count.ts";

const { hello, members, capabilities } = ChatEventSchema.field;
/** Fields of events that may list many things. */
const LISTS: ReadonlySet<number> = new Set(
  [hello, members, capabilities].map(({ number }) => number),
);
/**
 * Fields that are kept of a list of members: one member more than may be in an answer, so that whoever
 * counts them sees that there were more, and `is_complete`.
 */
const MOST_LISTED = MAX_LISTED_MEMBERS + 2;

const ID_FIELD = 1;
/** Encoders write at most one field before the id, and few before the rest. Keeps hostile messages cheap. */
const MOST_FIELDS_BEFORE = 16;

export interface EventBounds {
  readonly maxEventFields: number;
  /** Of an event that may list many things. */
  readonly maxListFields: number;
}

/** Throws as `decodeMessage` does. Members are cut instead of refused where they are too many. */
export function decodeChatEvent(
  bytes: Uint8Array,
  { maxEventFields, maxListFields }: EventBounds,
): ChatEvent {
  const isList = findField(bytes, (no) => LISTS.has(no));
  if (!isList) return decodeMessage(ChatEventSchema, bytes, maxEventFields);
  const isCut = hasMoreFields(ChatEventSchema, bytes, maxListFields);
  return decodeMessage(ChatEventSchema, isCut ? withFewerMembers(bytes) : bytes, maxListFields);
}

/** The id of a ChatEvent that is not worth decoding; empty if it has none near its beginning. */
export function idOfChatEvent(bytes: Uint8Array): string {
  let id = "";
  findField(bytes, (no, wireType, reader) => {
    if (no !== ID_FIELD || wireType !== WireType.LengthDelimited) return false;
    id = reader.string();
    return true;
  });
  return id;
}

/** Whether one of the first fields of a message is the one that is looked for. */
function findField(
  bytes: Uint8Array,
  isFound: (no: number, wireType: WireType, reader: BinaryReader) => boolean,
): boolean {
  const reader = new BinaryReader(bytes);
  try {
    for (let looked = 0; looked <= MOST_FIELDS_BEFORE && reader.pos < reader.len; looked++) {
      const [no, wireType] = reader.tag();
      if (isFound(no, wireType, reader)) return true;
      reader.skip(wireType, no);
    }
  } catch {
    return false;
  }
  return false;
}

/** The same event with the first of its members; as it is if it lists none, or is malformed. */
function withFewerMembers(event: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  const isCut = findField(event, (no, wireType, reader) => {
    if (no !== members.number || wireType !== WireType.LengthDelimited) return false;
    writer.raw(event.subarray(0, reader.pos)).bytes(firstFields(reader.bytes(), MOST_LISTED));
    writer.raw(event.subarray(reader.pos));
    return true;
  });
  return isCut ? writer.finish() : event;
}

/** So many fields of a message, in the order in which they were written. Throws if it is malformed. */
function firstFields(message: Uint8Array, most: number): Uint8Array {
  const reader = new BinaryReader(message);
  for (let count = 0; count < most && reader.pos < reader.len; count++) {
    const [no, wireType] = reader.tag();
    reader.skip(wireType, no);
  }
  return message.subarray(0, reader.pos);
}
