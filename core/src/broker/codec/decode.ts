/** Decodes what clients and backends send, and distinguishes the ways in which that fails. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ChatEventSchema } from "@seabird-chat/protocol";
import { BrokerError } from "../errors.ts";
import { fastDecode } from "./fast-decode.ts";
import { hasMoreFields } from "./field-count.ts";

/**
 * Decodes one message. Throws `message_too_large` for one with more than `maxFields` fields,
 * those of the messages inside it included; `bad_block` where blocks nest deeper than the
 * decoder goes; `undecodable`.
 */
export function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  maxFields: number,
): MessageShape<Desc> {
  if (hasMoreFields(schema, bytes, maxFields)) {
    const message = `message too large: more than ${maxFields} fields`;
    throw new BrokerError("message_too_large", message);
  }
  const decoded = fastDecode(schema, bytes);
  if (decoded !== undefined) return decoded as MessageShape<Desc>;
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    if (isNestingOverflow(cause)) {
      throw new BrokerError("bad_block", "blocks are nested too deeply", { cause });
    }
    throw new BrokerError("undecodable", `bytes are no ${schema.typeName}`, { cause });
  }
}

/**
 * Whether decoding failed because messages are nested deeper than the decoder goes. That makes
 * it a bad block (INVALID_ARGUMENT) and not undecodable bytes (INTERNAL), because only blocks
 * can nest (protocol: "Blocks and text").
 *
 * The library throws a plain Error for it; a test pins its words.
 */
function isNestingOverflow(reason: unknown): boolean {
  return reason instanceof Error && reason.message.includes("maximum recursion depth");
}

const ID_FIELD = 1;
/** Encoders write at most one field before the id, and few before the rest. Keeps hostile messages cheap. */
const MOST_FIELDS_BEFORE = 16;

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

const { hello, members, capabilities } = ChatEventSchema.field;
const LIST_FIELDS: ReadonlySet<number> = new Set(
  [hello, members, capabilities].map(({ number }) => number),
);

/** Whether a ChatEvent is of a kind that may list many things, by the fields at its beginning. */
export function isListEvent(bytes: Uint8Array): boolean {
  return findField(bytes, (no) => LIST_FIELDS.has(no));
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
