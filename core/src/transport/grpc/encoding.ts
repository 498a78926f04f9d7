/** Compressed messages: `grpc-encoding`, of which `gzip` and `identity` are understood. */
import { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";
import type { Envelope } from "./envelope.ts";

export type Encoding = "identity" | "gzip";

/** Reads `grpc-encoding`. Throws `unknown_encoding`. */
export function parseEncoding(header: string | undefined): Encoding {
  if (header === undefined || header === "identity") return "identity";
  if (header === "gzip") return "gzip";
  throw new BrokerError("unknown_encoding", `unknown grpc-encoding "${header}"`);
}

/**
 * The message of an envelope; a promise only if it is compressed. Fails with `undecodable`,
 * `message_too_large`. What a compressed one has become counts as held instead of it.
 */
export function openEnvelope(
  context: ServerContext,
  { flags, message }: Envelope,
  encoding: Encoding,
  held: { holds(bytes: number): void },
): Uint8Array | Promise<Uint8Array> {
  if (flags === 0) return message;
  if (flags !== 1 || encoding === "identity") {
    throw new BrokerError("undecodable", "message compressed without a grpc-encoding");
  }
  return context.gunzipPool.run(message, context.limits.maxMessageBytes).then((bytes) => {
    held.holds(bytes.length);
    return bytes;
  });
}
