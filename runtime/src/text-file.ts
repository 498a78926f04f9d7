/** Reads small text files whole: bounded, UTF-8, without a byte order mark. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { fileErrorReason, systemErrorCode } from "./errors.ts";

/** The message names the file and what is wrong with it; it never quotes the content. */
export class TextFileError extends Error {
  /** The system's code, if the system refused it. */
  readonly code: string | undefined;

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TextFileError";
    this.code = systemErrorCode(cause);
  }
}

export interface TextFile {
  readonly text: string;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
}

/**
 * `name`: what messages call the file. Default: the path. Throws a TextFileError if it cannot be
 * read, is not a regular file, is larger than `maxBytes`, or is not UTF-8.
 */
export function readTextFile(path: string, maxBytes: number, name: string = path): TextFile {
  let file: number | undefined;
  try {
    // Opening a pipe that has no writer would block this process.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new TextFileError(`${name} is not a file`);
    const bytes = stats.size > maxBytes ? undefined : readAtMost(file, maxBytes);
    if (bytes === undefined) throw new TextFileError(`${name} is larger than ${maxBytes} bytes`);
    return { text: decode(bytes, name), mode: stats.mode & 0o777 };
  } catch (error) {
    if (error instanceof TextFileError) throw error;
    throw new TextFileError(`cannot read ${name}: ${fileErrorReason(error)}`, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Undefined if there is more. A file may grow while it is read. */
function readAtMost(file: number, maxBytes: number): Buffer | undefined {
  const bytes = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (let more = -1; more !== 0 && length < bytes.length; length += more) {
    more = readSync(file, bytes, length, bytes.length - length, null);
  }
  return length > maxBytes ? undefined : bytes.subarray(0, length);
}

function decode(bytes: Buffer, name: string): string {
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new TextFileError(`${name} is not UTF-8 text; save it as UTF-8`);
}

/** Without a byte order mark, which some editors put first; undefined if it is not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
