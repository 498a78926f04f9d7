/** The one message of a request's body. */
import { type DescMessage, fromJsonString, type Message } from "@bufbuild/protobuf";
import { BrokerError } from "../../broker/errors.ts";
import { type Encoding, openEnvelope, parseEncoding } from "../grpc/encoding.ts";
import { type Envelope, EnvelopeReader } from "../grpc/envelope.ts";
import { type Exchange, requestHeader } from "../http/exchange.ts";
import { decodeMessage } from "../messages.ts";
import { encodingHeader, type RequestKind } from "./request-kind.ts";

/** Throws `unknown_encoding`. */
export function requestEncoding(exchange: Exchange, kind: RequestKind): Encoding {
  return parseEncoding(requestHeader(exchange, encodingHeader(kind)));
}

/** A promise only where the message is compressed. Throws or rejects with a BrokerError. */
export function messageBytes(
  body: Uint8Array,
  kind: RequestKind,
  encoding: Encoding,
  maxBytes: number,
): Uint8Array | Promise<Uint8Array> {
  if (kind.enveloped) return openEnvelope(onlyEnvelope(body, maxBytes), encoding, maxBytes);
  return openEnvelope({ flags: encoding === "gzip" ? 1 : 0, message: body }, encoding, maxBytes);
}

/** Throws `undecodable` or `bad_block`. */
export function parseMessage(schema: DescMessage, bytes: Uint8Array, json: boolean): Message {
  if (!json) return decodeMessage(schema, bytes);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return fromJsonString(schema, text, { ignoreUnknownFields: true });
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new BrokerError("bad_block", "blocks are nested too deeply", { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BrokerError("undecodable", `JSON is no ${schema.typeName}: ${reason}`, { cause });
  }
}

function onlyEnvelope(body: Uint8Array, maxBytes: number): Envelope {
  const reader = new EnvelopeReader(maxBytes);
  reader.push(body);
  const envelope = reader.next();
  if (envelope === undefined || !reader.atBoundary) {
    throw new BrokerError("undecodable", "expected exactly one request message");
  }
  return envelope;
}
