/** Every bound of the auth room. `docs/limits.md` is made from this table. */
export interface AuthLimit {
  /** The option's name, its unit included. */
  readonly name: keyof AuthOptions;
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

export interface AuthOptions {
  /** Tokens held, revoked ones included. Default 100,000. */
  readonly maxTokens: number;
  /** Authorization headers whose token is known without hashing. Default 4,096. */
  readonly maxCachedHeaders: number;
  /** Wrong tokens remembered. Default 10,000. */
  readonly maxRememberedMisses: number;
  /** How long a wrong token is remembered, in milliseconds. Default 1,000 (protocol: Authentication). */
  readonly rememberMissMs: number;
  /** Calls that wait for a look into the store. Default 4,096. */
  readonly maxWaitingLookups: number;
  /** How long a look into the store may take, in milliseconds. Default 2,000. */
  readonly storeLookupTimeoutMs: number;
  /** How long a change waits for another writer, in milliseconds. Default 10,000. */
  readonly storeWriteTimeoutMs: number;
  /** Milliseconds between looks for changes made by other processes. Default 250. */
  readonly storePollMs: number;
  /** Milliseconds between writes of "last used". Default 10,000. */
  readonly lastUseWriteMs: number;
}

export const AUTH_LIMITS: readonly AuthLimit[] = [
  {
    name: "maxTokens",
    value: 100_000,
    unit: "tokens",
    what: "tokens held by one core, revoked ones included",
    policy: "creating another is refused; rows beyond are not loaded, and the log says so",
  },
  {
    name: "maxCachedHeaders",
    value: 4_096,
    unit: "headers",
    what: "authorization headers whose token is known without hashing it again",
    policy: "the oldest is forgotten and hashed again when it comes",
  },
  {
    name: "maxRememberedMisses",
    value: 10_000,
    unit: "tokens",
    what: "wrong tokens that are refused without another look into the store",
    policy: "the oldest is forgotten",
  },
  {
    name: "rememberMissMs",
    value: 1_000,
    unit: "ms",
    what: "how long a wrong token is remembered",
    policy: "the store is asked again",
  },
  {
    name: "maxWaitingLookups",
    value: 4_096,
    unit: "calls",
    what: "calls with an unknown token that wait for a look into the store",
    policy: "further ones are refused with UNAVAILABLE",
  },
  {
    name: "storeLookupTimeoutMs",
    value: 2_000,
    unit: "ms",
    what: "how long a call with an unknown token waits for the store",
    policy: "the call is refused with UNAVAILABLE",
  },
  {
    name: "storeWriteTimeoutMs",
    value: 10_000,
    unit: "ms",
    what: "how long creating, revoking or importing waits for another writer",
    policy: "the change is refused with UNAVAILABLE",
  },
  {
    name: "storePollMs",
    value: 250,
    unit: "ms",
    what: "time between looks for changes that other processes made",
    policy: "a change is seen at the next look",
  },
  {
    name: "lastUseWriteMs",
    value: 10_000,
    unit: "ms",
    what: 'time between writes of the tokens\' "last used"',
    policy: "they are written together; those of a crash's last seconds are lost",
  },
];

/** The options with their defaults, frozen. Values are checked where they are read (config). */
export function resolveAuthOptions(given: Partial<AuthOptions> = {}): AuthOptions {
  const options = Object.fromEntries(
    AUTH_LIMITS.map(({ name, value }) => [name, given[name] ?? value]),
  );
  return Object.freeze(options as unknown as AuthOptions);
}
