/** Decodes the one message of a request's body. */
import { type DescMessage, fromJsonString, type Message } from "@bufbuild/protobuf";
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import { type Encoding, openEnvelope, parseEncoding } from "../grpc/encoding.ts";
import { type Envelope, EnvelopeReader } from "../grpc/envelope.ts";
import { type Exchange, requestHeader } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";
import { encodingHeader, type RequestKind } from "./request-kind.ts";

/** Throws `unknown_encoding`. */
export function requestEncoding(exchange: Exchange, kind: RequestKind): Encoding {
  return parseEncoding(requestHeader(exchange, encodingHeader(kind)));
}

/** A promise only where the message is compressed. Throws or rejects with a BrokerError. */
export function messageBytes(
  context: ServerContext,
  body: Uint8Array,
  kind: RequestKind,
  encoding: Encoding,
  held: { holds(bytes: number): void },
): Uint8Array | Promise<Uint8Array> {
  const envelope = kind.enveloped
    ? singleEnvelope(body, context.limits.maxMessageBytes)
    : { flags: encoding === "gzip" ? 1 : 0, message: body };
  return openEnvelope(context, envelope, encoding, held);
}

/**
 * Throws `message_too_large` for more than `maxFields` fields, `bad_block`, and for other bytes that are
 * no such message `undecodable` (INTERNAL, as gRPC has it), in JSON `bad_request` with what is wrong.
 */
export function parseMessage(
  schema: DescMessage,
  bytes: Uint8Array,
  maxFields: number,
  json: boolean,
): Message {
  return json ? parseJson(schema, bytes, maxFields) : decodeMessage(schema, bytes, maxFields);
}

function parseJson(schema: DescMessage, bytes: Uint8Array, maxFields: number): Message {
  if (hasMoreSeparators(bytes, maxFields)) {
    const message = `message too large: more than ${maxFields} fields and items`;
    throw new BrokerError("message_too_large", message);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return fromJsonString(schema, text, { ignoreUnknownFields: true });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new BrokerError("bad_block", "blocks are nested too deeply", { cause });
    }
    const said = cause instanceof Error ? cause.message : String(cause);
    const reason = said.replace(`cannot decode message ${schema.typeName} from JSON: `, "");
    throw new BrokerError("bad_request", `JSON is no ${schema.typeName}: ${reason}`, { cause });
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Whether JSON has more than so many commas and colons outside its texts: one a field or item. */
function hasMoreSeparators(json: Uint8Array, most: number): boolean {
  if (json.length <= most) return false;
  let count = 0;
  let isInText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) isInText = !isInText;
    else if (isInText) at += byte === BACKSLASH ? 1 : 0;
    else if ((byte === COMMA || byte === COLON) && ++count > most) return true;
  }
  return false;
}

function singleEnvelope(body: Uint8Array, maxBytes: number): Envelope {
  const reader = new EnvelopeReader(maxBytes);
  reader.push(body);
  const envelope = reader.next();
  if (envelope === undefined || !reader.atBoundary) {
    throw new BrokerError("undecodable", "expected exactly one request message");
  }
  return envelope;
}
