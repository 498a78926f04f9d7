/** Compressed messages: `grpc-encoding`, of which `gzip` and `identity` are understood. */
import { gunzip, type ZlibOptions } from "node:zlib";
import { BrokerError } from "../../broker/errors.ts";
import { type Envelope, tooLarge } from "./envelope.ts";

export type Encoding = "identity" | "gzip";

/** Reads `grpc-encoding`. Throws `unknown_encoding`. */
export function parseEncoding(header: string | undefined): Encoding {
  if (header === undefined || header === "identity") return "identity";
  if (header === "gzip") return "gzip";
  throw new BrokerError("unknown_encoding", `unknown grpc-encoding "${header}"`);
}

/**
 * The message of an envelope; a promise only if it is compressed. Fails with
 * `message_too_large` as soon as it has grown beyond `maxBytes`.
 */
export function openEnvelope(
  envelope: Envelope,
  encoding: Encoding,
  maxBytes: number,
): Uint8Array | Promise<Uint8Array> {
  if (envelope.flags === 0) return envelope.message;
  if (envelope.flags !== 1 || encoding === "identity") {
    throw new BrokerError("undecodable", "message compressed without a grpc-encoding");
  }
  return unzip(envelope.message, { maxOutputLength: maxBytes });
}

function unzip(message: Uint8Array, options: ZlibOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gunzip(message, options, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        const limit = options.maxOutputLength ?? 0;
        reject(tooLarge(limit + 1, limit));
      } else reject(new BrokerError("undecodable", "message is not gzip", { cause: error }));
    });
  });
}
