/** The tokens of one run: the setting SEABIRD_EXTRA_TOKENS. */
import { checkScopes, checkTokenName } from "../auth/scopes.ts";
import type { ExtraToken } from "../auth/tokens.ts";

/** Most tokens for one run. */
const MAX_EXTRA_TOKENS = 256;

/**
 * Reads SEABIRD_EXTRA_TOKENS, a JSON list of `{ name, hash, scopes }`; throws an Error that says
 * which one is wrong.
 */
export function parseExtraTokens(json: string): readonly ExtraToken[] {
  const list = parseJson(json);
  if (!Array.isArray(list) || list.length > MAX_EXTRA_TOKENS) {
    throw new Error(`allowed is a JSON list of at most ${MAX_EXTRA_TOKENS} tokens`);
  }
  return list.map((item: unknown, index) => {
    try {
      return extraToken(item);
    } catch (error) {
      throw new Error(`token ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  });
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Error("not valid JSON");
  }
}

function extraToken(item: unknown): ExtraToken {
  const { name, hash, scopes } = (item ?? {}) as Record<string, unknown>;
  if (typeof name !== "string") throw new Error('"name" must be a string');
  checkTokenName(name);
  if (typeof hash !== "string" || !/^[0-9a-f]{64}$/i.test(hash)) {
    throw new Error('"hash" must be the SHA-256 of a secret, as 64 hex digits');
  }
  if (!Array.isArray(scopes) || !scopes.every((scope) => typeof scope === "string")) {
    throw new Error('"scopes" must be a list of strings');
  }
  checkScopes(scopes);
  return { name, hash: hash.toLowerCase(), scopes };
}
