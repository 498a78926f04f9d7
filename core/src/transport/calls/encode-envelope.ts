/** Encodes messages in envelopes, for all transports. */
import { type DescMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { envelope } from "../../broker/codec/envelope.ts";

const EMPTY_ENVELOPE = envelope(new Uint8Array(0));

/** The message in its envelope. */
export function encodeEnvelope(schema: DescMessage, message: Message): Buffer {
  if (schema.fields.length === 0) return EMPTY_ENVELOPE;
  return envelope(toBinary(schema, message));
}
