/**
 * The tokens of one run of `seabird up`: a narrow one for each child, living as long as the
 * supervisor. Core gets their hashes only, and keeps them in memory.
 */
import { createHash, randomBytes } from "node:crypto";

/** 256 bits, as core's own tokens have. */
const SECRET_BYTES = 32;

export interface RunToken {
  readonly name: string;
  readonly secret: string;
  readonly scopes: readonly string[];
}

/** Makes a secret token. */
export function createRunToken(name: string, scopes: readonly string[]): RunToken {
  return { name, scopes, secret: `sbd_${randomBytes(SECRET_BYTES).toString("base64url")}` };
}

/** The value of SEABIRD_EXTRA_TOKENS that makes core accept them. Holds no secret. */
export function extraTokens(tokens: readonly RunToken[]): string {
  return JSON.stringify(
    tokens.map(({ name, secret, scopes }) => ({
      name,
      hash: createHash("sha256").update(secret).digest("hex"),
      scopes,
    })),
  );
}
