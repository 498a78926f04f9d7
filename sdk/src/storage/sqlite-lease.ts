/** SQLite's one connection as one holder has it, until it is released or idle for too long. */
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import { systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { SqliteConnection } from "./sqlite-connection.ts";

export class SqliteLease implements DatabaseConnection {
  readonly #connection: SqliteConnection;
  readonly #idleMs: number;
  readonly #onRelease: () => void;
  #isOver = false;
  /** Default: it was released. */
  #why: SeabirdError | undefined;
  #active = 0;
  #lastUsedMs = systemClock.now();
  #cancelTimer: () => void;

  /** `onRelease` is called once, when others may have the connection. */
  constructor(connection: SqliteConnection, idleMs: number, onRelease: () => void) {
    this.#connection = connection;
    this.#idleMs = idleMs;
    this.#onRelease = onRelease;
    this.#cancelTimer = systemClock.after(idleMs, () => this.#checkIdle());
  }

  /** Runs `work`; throws the reason if the lease has ended. */
  async use<T>(work: (connection: SqliteConnection) => T | Promise<T>): Promise<T> {
    if (this.#isOver) throw this.#why ?? new SeabirdError("closed", RELEASED);
    this.#active++;
    try {
      return await work(this.#connection);
    } finally {
      this.#active--;
      this.#lastUsedMs = systemClock.now();
    }
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.use((connection) => connection.executeQuery<R>(query));
  }

  // biome-ignore lint/correctness/useYield: there is nothing to stream from memory.
  async *streamQuery<R>(): AsyncGenerator<QueryResult<R>> {
    throw new SeabirdError("unimplemented", "queries cannot be streamed; read in pages");
  }

  /** No effect on a transaction that was rolled back already. */
  async rollback(): Promise<void> {
    if (!this.#isOver) await this.use((connection) => connection.end("rollback"));
  }

  /** Refuses later uses, since another holder may have the connection by then. Idempotent. */
  release(why?: SeabirdError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#why = why;
    this.#cancelTimer();
    this.#onRelease();
  }

  /** An idle holder, such as a handler that waits for ever, would block all others. */
  #checkIdle(): void {
    const leftMs = this.#lastUsedMs + this.#idleMs - systemClock.now();
    if (this.#active > 0 || leftMs > 0) {
      const againMs = this.#active > 0 ? this.#idleMs : leftMs;
      this.#cancelTimer = systemClock.after(againMs, () => this.#checkIdle());
      return;
    }
    const words = `a transaction was idle for ${this.#idleMs} ms and was rolled back`;
    try {
      this.#connection.end("rollback");
    } finally {
      this.release(new SeabirdError("aborted", words));
    }
  }
}

const RELEASED = "this transaction has ended; await all queries in it";
