/** A status as it travels: `grpc-status`, `grpc-message` and `retry-after-ms`. */
import type { OutgoingHttpHeaders } from "node:http2";
import type { BrokerError } from "../../broker/errors.ts";
import { grpcStatusOf } from "../status.ts";

const encoder = new TextEncoder();

/** Cuts a text to at most `maxBytes` of UTF-8, never inside a code point. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const room = new Uint8Array(maxBytes);
  const { read } = encoder.encodeInto(text, room);
  return text.slice(0, read);
}

// gRPC: bytes outside of space to tilde, and the percent sign, are escaped.
const PLAIN = /^[ -$&-~]*$/;

/** Percent-encodes a status message (gRPC over HTTP/2: Status-Message). */
export function encodeStatusMessage(message: string, maxBytes: number): string {
  const text = cutText(message, maxBytes);
  if (PLAIN.test(text)) return text;
  let out = "";
  for (const byte of encoder.encode(text)) {
    out +=
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/** What ends a call or stream well. */
export const OK_TRAILERS: OutgoingHttpHeaders = Object.freeze({ "grpc-status": "0" });

/** What tells a peer of an error. */
export function errorTrailers(error: BrokerError, maxMessageBytes: number): OutgoingHttpHeaders {
  const trailers: OutgoingHttpHeaders = {
    "grpc-status": String(grpcStatusOf(error.code)),
    "grpc-message": encodeStatusMessage(error.message, maxMessageBytes),
  };
  if (error.retryAfterMs !== undefined) {
    trailers["retry-after-ms"] = String(Math.ceil(error.retryAfterMs));
  }
  if (error.code === "unknown_encoding") trailers["grpc-accept-encoding"] = "gzip";
  return trailers;
}
