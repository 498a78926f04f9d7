/** Reads a file that holds one secret, such as `SEABIRD_TOKEN_FILE` or a setting's `x_file`. */
import { readTextFile, TextFileError } from "./text-file.ts";

/** A larger secret is refused. */
export const MAX_SECRET_BYTES = 64 * 1024;
const READABLE_BY_OTHERS = 0o004;

export interface SecretFile {
  /** Without the one line break at the file's end. */
  readonly text: string;
  readonly readableByOthers: boolean;
}

/**
 * `name`: what messages call the file. Default: the path. Throws a TextFileError if there is no
 * such file, or it does not hold one secret: it is empty, holds several lines or a NUL character,
 * or is too large. Several lines are taken in PEM, where they belong together. The secret is
 * never part of a message.
 */
export function readSecretFile(path: string, name: string = path): SecretFile {
  const { text: content, mode } = readTextFile(path, MAX_SECRET_BYTES, name);
  const text = checkSecret(withoutLastLineBreak(content), name);
  return { text, readableByOthers: (mode & READABLE_BY_OTHERS) !== 0 };
}

/** The text, which stood in `name`. Throws a TextFileError if it is not one secret. */
export function checkSecret(text: string, name: string): string {
  if (text.trim() === "") throw new TextFileError(`${name} is empty`);
  if (text.includes("\0")) throw new TextFileError(`${name} holds a NUL character`);
  if (/[\r\n]/.test(text) && !text.startsWith("-----BEGIN ")) {
    throw new TextFileError(`${name} holds several lines; it has to hold one, the secret`);
  }
  return text;
}

/** Editors and `echo` end a file with one. */
export function withoutLastLineBreak(text: string): string {
  return text.replace(/\r?\n$/, "");
}
