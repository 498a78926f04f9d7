/** What a message says, as far as an edit has to change it to be worth repeating. Pure. */
import { hash } from "node:crypto";

/** The same for texts that differ in blanks only. */
export function digestOf(text: string): string {
  const words = text.replace(/\s+/gu, " ").trim();
  return hash("sha256", words, "base64url").slice(0, 16);
}
