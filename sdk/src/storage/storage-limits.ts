/** The limits of storage: names, defaults, and what happens at each. */

export interface StorageLimit {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  /** What happens at the limit. */
  readonly policy: string;
}

const KIB = 1_024;

/** Real milliseconds, whatever the clock: it is a file or a server that is waited for. */
export const STORAGE = {
  lockWaitMs: 10_000,
  connectionWaitMs: 10_000,
  maxWaitingForConnection: 1_000,
  transactionIdleMs: 30_000,
  postgresConnections: 4,
  postgresConnectMs: 10_000,
  statementMs: 30_000,
  migrationStatementMs: 600_000,
  maxMigrations: 1_000,
  maxMigrationStatements: 10_000,
  maxKeyCharacters: 512,
  maxValueBytes: 256 * KIB,
  maxListed: 1_000,
} as const;

export const STORAGE_LIMITS: readonly StorageLimit[] = [
  row("lockWaitMs", "ms", "for a database that another process writes to", "unavailable"),
  row("connectionWaitMs", "ms", "for one's turn behind open transactions", "deadline_exceeded"),
  row("maxWaitingForConnection", "queries", "that wait for their turn", "resource_exhausted"),
  row("transactionIdleMs", "ms", "that an open transaction may say nothing", "it is rolled back"),
  row("postgresConnections", "connections", "of a plugin to PostgreSQL", "the next query waits"),
  row("postgresConnectMs", "ms", "to connect to PostgreSQL", "the query fails"),
  row("statementMs", "ms", "for one statement in PostgreSQL", "PostgreSQL ends it"),
  row(
    "migrationStatementMs",
    "ms",
    "the same in a migration",
    "PostgreSQL ends it; nothing of it stays",
  ),
  row("maxMigrations", "migrations", "of one plugin", "bad_option at the start"),
  row(
    "maxMigrationStatements",
    "statements",
    "that tell an edited migration",
    "later ones do not count",
  ),
  row("maxKeyCharacters", "characters", "a key, or a namespace", "invalid_argument"),
  row("maxValueBytes", "bytes", "a value of the key-value store, as JSON", "invalid_argument"),
  row("maxListed", "entries", "of one list", "bad_option for more; the rest by `after`"),
];

function row(name: keyof typeof STORAGE, unit: string, what: string, policy: string): StorageLimit {
  return { name, value: STORAGE[name], unit, what, policy };
}
