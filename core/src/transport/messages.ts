/** Messages from and to bytes, the same for every wire. */
import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { isNestingOverflow } from "../broker/decode.ts";
import { ENVELOPE_BYTES, writeEnvelope } from "../broker/envelope.ts";
import { BrokerError } from "../broker/errors.ts";

/** Throws `undecodable`; `bad_block` where the nesting overflows the decoder. */
export function decodeMessage(schema: DescMessage, bytes: Uint8Array): Message {
  try {
    return fromBinary(schema, bytes);
  } catch (cause) {
    throw decodeError(schema, cause);
  }
}

const EMPTY_ENVELOPE = toEnvelope(new Uint8Array(0));

/** The message in its envelope. */
export function encodeEnvelope(schema: DescMessage, message: Message): Buffer {
  if (schema.fields.length === 0) return EMPTY_ENVELOPE;
  return toEnvelope(toBinary(schema, message));
}

/** A Buffer, which streams take as it is; other arrays cost them a new view. */
function toEnvelope(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + message.length);
  writeEnvelope(bytes, 0, message);
  return bytes;
}

function decodeError(schema: DescMessage, cause: unknown): BrokerError {
  // protocol: a nesting that overflows the decoder is a bad block, not undecodable bytes.
  if (isNestingOverflow(cause)) {
    return new BrokerError("bad_block", "blocks are nested too deeply", { cause });
  }
  return new BrokerError("undecodable", `bytes are no ${schema.typeName}`, { cause });
}
