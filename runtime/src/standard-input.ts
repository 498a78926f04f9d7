/** Reads standard input whole. */
import type { Readable } from "node:stream";
import { withoutLastLineBreak } from "./secret-file.ts";
import { decodeText } from "./text-file.ts";

/** Standard input is too large or is not UTF-8. The message names the limit. */
export class StandardInputError extends Error {
  override readonly name = "StandardInputError";
}

/**
 * The text without a byte order mark and the one line break at its end. Throws a
 * StandardInputError if it is more than `maxBytes` or is not UTF-8.
 */
export async function readStandardInput(
  maxBytes: number,
  input: Readable = process.stdin,
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const buffer = Buffer.from(chunk as Uint8Array | string);
    bytes += buffer.length;
    if (bytes > maxBytes) {
      throw new StandardInputError(`standard input holds more than ${maxBytes} bytes`);
    }
    chunks.push(buffer);
  }
  const text = decodeText(Buffer.concat(chunks));
  if (text === undefined) throw new StandardInputError("standard input is not UTF-8 text");
  return withoutLastLineBreak(text);
}
