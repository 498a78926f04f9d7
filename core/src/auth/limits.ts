/**
 * Every bound of the tokens. Most are constants; `settings.ts` lists the few that an operator
 * can set. Tests lower them through the options.
 */
export const AUTH_LIMITS = {
  /**
   * Tokens held, revoked ones included. Creating another is refused; rows beyond are not loaded,
   * and the log says so.
   */
  maxTokens: 100_000,
  /** Authorization headers whose token is known without hashing. The oldest is forgotten. */
  maxCachedHeaders: 4_096,
  /** Wrong tokens that are refused without another query. The oldest is forgotten. */
  maxRememberedMisses: 10_000,
  /** Milliseconds for which a wrong token is remembered (protocol: Authentication). */
  rememberMissMs: 1_000,
  /** Calls with an unknown token that wait for the store. More are refused with UNAVAILABLE. */
  maxWaitingLookups: 4_096,
  /** Milliseconds that such a call waits for the store. Then it is refused with UNAVAILABLE. */
  storeLookupTimeoutMs: 2_000,
  /** Milliseconds that a change waits for another writer. Then it is refused with UNAVAILABLE. */
  storeWriteTimeoutMs: 10_000,
  /** Milliseconds between queries for changes that other processes made. */
  storePollMs: 250,
  /** Milliseconds between writes of "last used"; a crash loses those since the last one. */
  lastUseWriteMs: 10_000,
} as const satisfies Record<string, number>;

/** Bounds of the tokens; what is left out has the default of `AUTH_LIMITS`. */
export type AuthOptions = { readonly [Name in keyof typeof AUTH_LIMITS]: number };

/** The options with their defaults, frozen. Values are checked where they are read (config). */
export function resolveAuthOptions(given: Partial<AuthOptions> = {}): AuthOptions {
  return Object.freeze({ ...AUTH_LIMITS, ...given });
}
