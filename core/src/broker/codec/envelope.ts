/** The envelope around a message on a stream: a zero byte, four bytes of length, the message. */

import { Buffer } from "node:buffer";

/** Bytes in front of each message. */
export const ENVELOPE_BYTES = 5;

/** A message in an envelope of its own; a Buffer, which sockets take without a new view. */
export function envelope(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(ENVELOPE_BYTES + message.length);
  writeEnvelope(bytes, 0, message);
  return bytes;
}

/** Writes an enveloped message at `offset`; `into` must be large enough. */
export function writeEnvelope(into: Uint8Array, offset: number, message: Uint8Array): void {
  const length = message.length;
  into[offset] = 0;
  into[offset + 1] = length >>> 24;
  into[offset + 2] = length >>> 16;
  into[offset + 3] = length >>> 8;
  into[offset + 4] = length;
  into.set(message, offset + ENVELOPE_BYTES);
}
