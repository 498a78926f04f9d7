/** Secrets and ids of tokens, and the hash that is stored. */
import { hash, randomBytes } from "node:crypto";

/** Marks our secrets, so that people and scanners recognise a leaked one. */
export const SECRET_PREFIX = "sbd_";

/** A new token's secret: 256 random bits, as `sbd_` and base64url. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBytes(32).toString("base64url");
}

/** A new token's id: names it to people, and is no secret. */
export function newTokenId(): string {
  return randomBytes(8).toString("hex");
}

/**
 * SHA-256 of a secret's UTF-8 bytes, as hex. A fast hash is enough for 256 random bits, and a
 * slow one would let anybody stall core by guessing.
 */
export function hashSecret(secret: string): string {
  return hash("sha256", Buffer.from(secret, "utf8"), "hex");
}

/** The same for a token out of a header, where Node makes one character of each byte. */
export function hashHeaderToken(token: string): string {
  return hash("sha256", Buffer.from(token, "latin1"), "hex");
}
