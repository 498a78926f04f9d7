/** What a message says, as far as an edit has to change it to be worth repeating. Pure. */
import { createHash } from "node:crypto";

/** The same for texts that differ in blanks only. */
export function digestOf(text: string): string {
  const words = text.replace(/\s+/gu, " ").trim();
  return createHash("sha256").update(words).digest("base64url").slice(0, 16);
}
