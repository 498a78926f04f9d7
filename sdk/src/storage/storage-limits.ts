/** Constants that bound storage. */

const KIB = 1_024;

/** All times are real milliseconds, also with a fake clock: a file or a server is waited for. */
export const STORAGE = Object.freeze({
  /** Milliseconds to wait for a SQLite file that another process writes to; then `unavailable`. */
  lockWaitMs: 10_000,
  /** Milliseconds to wait behind open transactions; then `deadline_exceeded`. */
  connectionWaitMs: 10_000,
  /** Queries that wait behind open transactions; the next one is `resource_exhausted`. */
  maxWaitingForConnection: 1_000,
  /** Milliseconds that a transaction may be open without a query; then it is rolled back. */
  transactionIdleMs: 30_000,
  /** Connections of a plugin to PostgreSQL; the next query waits. */
  postgresConnections: 4,
  /** Milliseconds to connect to PostgreSQL; then the query fails. */
  postgresConnectMs: 10_000,
  /** Milliseconds for one statement in PostgreSQL, which then cancels it. */
  statementMs: 30_000,
  /** The same for a statement of a migration; then the whole migration is rolled back. */
  migrationStatementMs: 600_000,
  /** Migrations of one plugin; more are `bad_option` at the start. */
  maxMigrations: 1_000,
  /** Statements of a migration that count towards its digest; later ones are not compared. */
  maxMigrationStatements: 10_000,
  /** UTF-16 characters of a key, and of a namespace; longer ones are `invalid_argument`. */
  maxKeyCharacters: 512,
  /** Bytes of a value of the key-value store, as JSON; larger ones are `invalid_argument`. */
  maxValueBytes: 256 * KIB,
  /** Entries of one list; a higher `limit` is `bad_option`. */
  maxListed: 1_000,
});
