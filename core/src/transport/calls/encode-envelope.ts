/** Messages to bytes, the same for every wire. */
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { ENVELOPE_BYTES, writeEnvelope } from "../../broker/codec/envelope.ts";

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
