/** Encodes a status as trailers: `grpc-status`, `grpc-message` and `retry-after-ms`. */
import type { OutgoingHttpHeaders } from "node:http2";
import { cutUtf8 } from "@seabird-chat/protocol";
import type { BrokerError } from "../../broker/errors.ts";
import { grpcStatusOf } from "../status.ts";

const encoder = new TextEncoder();

// gRPC: bytes outside of space to tilde, and the percent sign, are escaped.
const PLAIN = /^[ -$&-~]*$/;

/** Percent-encodes a status message (gRPC over HTTP/2: Status-Message). */
export function encodeStatusMessage(message: string, maxBytes: number): string {
  const text = cutUtf8(message, maxBytes);
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

/** The trailers of success. */
export const OK_TRAILERS: OutgoingHttpHeaders = Object.freeze({ "grpc-status": "0" });

/** The trailers of an error. */
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
