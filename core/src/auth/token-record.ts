/** One token as the store knows it. Plain data: it crosses threads. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret, as 64 hex digits. */
  readonly hash: string;
  readonly scopes: readonly string[];
  /** Unix milliseconds, as all times here; `undefined` where the store cannot know (legacy). */
  readonly createdAtMs: number | undefined;
  readonly lastUsedAtMs: number | undefined;
  /** `undefined`: never. */
  readonly expiresAtMs: number | undefined;
  /** `undefined`: in force. */
  readonly revokedAtMs: number | undefined;
  readonly origin: TokenOrigin;
}

/**
 * `stored`: our own table; `legacy`: a row of the original core's table, unhashed there;
 * `memory`: given at start for this run, in no database.
 */
export type TokenOrigin = "stored" | "legacy" | "memory";

/** What a token of the original core's table may do: what it could there, never `admin`. */
export const LEGACY_SCOPES: readonly string[] = Object.freeze(["plugin", "backend:*/*"]);
