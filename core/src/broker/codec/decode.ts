/** Decodes what clients and backends send, and distinguishes the ways in which that fails. */
import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf";
import { MAX_MESSAGE_BLOCKS } from "@seabird-chat/protocol";
import { BrokerError } from "../errors.ts";
import { BROKER_LIMITS } from "../limits.ts";
import { fastDecode } from "./fast-decode.ts";
import { excessOf, type FieldBounds } from "./field-count.ts";

const { maxUnusualFields } = BROKER_LIMITS;

/**
 * Decodes one message. Throws `message_too_large` for one with more than `maxFields` fields,
 * those of the messages inside it included, or with more than `maxUnusualFields` of them; `bad_block` where blocks nest deeper than the
 * decoder goes; `undecodable`.
 */
export function decodeMessage<Desc extends DescMessage>(
  schema: Desc,
  bytes: Uint8Array,
  maxFields: number,
): MessageShape<Desc> {
  const bounds = { fields: maxFields, unusual: maxUnusualFields, blocks: MAX_MESSAGE_BLOCKS };
  const excess = excessOf(schema, bytes, bounds);
  if (excess !== undefined) throw tooMuch(excess, bounds);
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

function tooMuch(excess: keyof FieldBounds, { fields, unusual, blocks }: FieldBounds): BrokerError {
  if (excess === "blocks") {
    return new BrokerError("bad_block", `more than ${blocks} blocks in a message`);
  }
  const most = excess === "fields" ? `${fields} fields` : `${unusual} unknown fields and tags`;
  return new BrokerError("message_too_large", `message too large: more than ${most}`);
}
