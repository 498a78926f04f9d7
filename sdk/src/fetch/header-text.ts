/** Reads the text of a header. */
import { isUtf8 } from "node:buffer";

/** Servers send names and paths as UTF-8, though HTTP has no encoding for them and undici takes latin-1. */
export function headerText(value: string): string {
  const bytes = Buffer.from(value, "latin1");
  return isUtf8(bytes) ? bytes.toString() : value;
}
