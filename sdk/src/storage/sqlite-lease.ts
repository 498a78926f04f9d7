/** SQLite's one connection while somebody has it: theirs until they give it back, or say nothing. */
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export class SqliteLease implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  readonly #idleMs: number;
  readonly #given: () => void;
  /** Why it is over, once it is. */
  #over: SeabirdError | undefined;
  #atWork = 0;
  #lastUsedMs = systemClock.now();
  #cancelTimer: () => void;

  /** `given` is called once, when others may have the connection. */
  constructor(connection: SqliteConnection, idleMs: number, given: () => void) {
    this.#connection = connection;
    this.#idleMs = idleMs;
    this.#given = given;
    this.#cancelTimer = systemClock.after(idleMs, () => this.#look());
  }

  /** Runs `work` unless the lease is over; what it throws then says why. */
  async use<T>(work: (connection: SqliteConnection) => T | Promise<T>): Promise<T> {
    if (this.#over !== undefined) throw this.#over;
    this.#atWork++;
    try {
      return await work(this.#connection);
    } finally {
      this.#atWork--;
      this.#lastUsedMs = systemClock.now();
    }
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.use((connection) => connection.executeQuery<R>(query));
  }

  // biome-ignore lint/correctness/useYield: there is nothing to stream from memory.
  async *streamQuery<R>(): AsyncGenerator<QueryResult<R>> {
    throw new SeabirdError("unimplemented", "queries are not streamed: take pages instead");
  }

  /** A transaction that was ended for its holder needs no rollback. */
  async rollback(): Promise<void> {
    if (this.#over === undefined) await this.use((connection) => connection.end("rollback"));
  }

  /** Later uses are refused: the connection may be another's by then. Idempotent. */
  release(why = new SeabirdError("closed", RELEASED)): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    this.#cancelTimer();
    this.#given();
  }

  /** Whoever says nothing for so long, as a handler that waits for ever, holds up everybody. */
  #look(): void {
    const leftMs = this.#lastUsedMs + this.#idleMs - systemClock.now();
    if (this.#atWork > 0 || leftMs > 0) {
      const againMs = this.#atWork > 0 ? this.#idleMs : leftMs;
      this.#cancelTimer = systemClock.after(againMs, () => this.#look());
      return;
    }
    const words = `a transaction said nothing for ${this.#idleMs} ms and was rolled back`;
    try {
      this.#connection.end("rollback");
    } finally {
      this.release(new SeabirdError("aborted", words));
    }
  }
}

const RELEASED = "this transaction is over: await what is done in it";
