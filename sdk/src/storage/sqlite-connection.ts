/** An open SQLite file: runs statements, returns rows. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { CompiledQuery, QueryResult } from "kysely";
import { BoundedMap } from "../link/bounded-map.ts";
import { pause, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { readerFor, toSqlite } from "./sqlite-values.ts";

/** Prepared writes that are kept: those that were used most lately. */
const MAX_PREPARED = 100;
/** Characters or bytes of a value: a statement keeps the last ones that it ran with. */
const MAX_KEPT_VALUE = 4_096;

export class SqliteConnection {
  readonly #database: DatabaseSync;
  readonly #lockWaitMs: number;
  /**
   * By their text. Only of those that return no rows: which columns another one returns changes with
   * the tables.
   */
  readonly #prepared = new BoundedMap<string, StatementSync>(MAX_PREPARED);

  constructor(database: DatabaseSync, lockWaitMs: number) {
    this.#database = database;
    this.#lockWaitMs = lockWaitMs;
  }

  begin(statement: string): Promise<void> {
    return retryWhileBusy(this.#lockWaitMs, () => this.#database.exec(statement));
  }

  /** SQLite ends a transaction by itself after some errors, such as a full disk. */
  end(statement: "commit" | "rollback"): void {
    if (statement === "rollback" && !this.#database.isTransaction) return;
    this.#database.exec(statement);
  }

  exec(statement: string): void {
    this.#database.exec(statement);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const run = () => this.#run<R>(query);
    // Inside a transaction the lock is held already.
    return retryWhileBusy(this.#database.isTransaction ? 0 : this.#lockWaitMs, run);
  }

  #run<R>({ sql, parameters }: CompiledQuery): QueryResult<R> {
    const values = parameters.map(toSqlite);
    const prepared = this.#prepared.get(sql);
    const statement = prepared ?? this.#database.prepare(sql);
    if (prepared === undefined) checkOnlyOne(sql, statement.sourceSQL);
    const columns = prepared === undefined ? statement.columns() : [];
    if (columns.length === 0) {
      if (values.every(isSmall)) this.#prepared.set(sql, statement);
      else this.#prepared.delete(sql);
      const { changes, lastInsertRowid } = statement.run(...values);
      const numAffectedRows = BigInt(changes);
      return { rows: [], numAffectedRows, insertId: BigInt(lastInsertRowid) };
    }
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    const readers = columns.map(({ name, type }) => ({ name, read: readerFor(type) }));
    const rows = statement.all(...values) as unknown as unknown[][];
    const toRow = (row: unknown[]) =>
      Object.fromEntries(readers.map(({ name, read }, index) => [name, read(row[index])]));
    return { rows: rows.map(toRow) as R[] };
  }
}

function isSmall(value: ReturnType<typeof toSqlite>): boolean {
  if (typeof value === "string") return value.length <= MAX_KEPT_VALUE;
  return !ArrayBuffer.isView(value) || value.byteLength <= MAX_KEPT_VALUE;
}

/** SQLite runs only the first of several statements and ignores the others. */
function checkOnlyOne(sql: string, first: string): void {
  const rest = sql.slice(first.length).replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, "");
  if (/^[\s;]*$/.test(rest)) return;
  throw new SeabirdError(
    "invalid_argument",
    "the query has more than one statement; run each separately",
  );
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;
const SQLITE_BUSY = 5;

/**
 * Retries while another process writes. SQLite's own busy timeout would block the event loop.
 * Takes real time, as the other process does.
 */
export async function retryWhileBusy<T>(waitMs: number, work: () => T): Promise<T> {
  const untilMs = systemClock.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (systemClock.now() >= untilMs) {
        const words = "the database is locked: another process writes to it for too long";
        throw new SeabirdError("unavailable", words, { cause: error });
      }
    }
    await pause(systemClock, pauseMs);
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  return (Number(error.errcode) & 0xff) === SQLITE_BUSY;
}
