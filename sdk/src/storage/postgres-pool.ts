/** Adapts `pg`'s pool to Kysely and bounds all its waits. */
import type { PostgresPool, PostgresPoolClient } from "kysely";
import type { Pool, PoolClient, QueryConfig, QueryResult } from "pg";
import { SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import { toParameter } from "./parameters.ts";
import { STORAGE } from "./storage-limits.ts";

export interface StatementTiming {
  /** Milliseconds for one statement; a server silent for a second more counts as gone. */
  statementMs: number;
}

interface PoolDeps {
  /** The plugin's schema, in which all statements run. */
  readonly schema: string;
  readonly log: Log;
  readonly timing: StatementTiming;
}

const GRACE_MS = 1_000;

export function adaptPool(pool: Pool, deps: PoolDeps): PostgresPool {
  const clients = new WeakMap<PoolClient, AdaptedClient>();
  const taken = new Set<AdaptedClient>();
  return {
    options: pool.options,
    connect: async () => {
      const client = await connect(pool);
      // Kysely recognizes a connection by this object.
      let known = clients.get(client);
      const isNew = known === undefined;
      known ??= new AdaptedClient(client, taken, deps);
      taken.add(known);
      // Not by Kysely's hook: it would keep a connection that could not be prepared.
      if (isNew) await prepare(known, deps);
      clients.set(client, known);
      return known as unknown as PostgresPoolClient;
    },
    // The pool's own end() waits without limit for connections in use.
    end: async () => {
      const ended = pool.end();
      for (const client of taken) client.release(true);
      await ended;
    },
  };
}

/** Not as connection options, which a pooler in between may refuse. */
async function prepare(client: AdaptedClient, { schema }: PoolDeps): Promise<void> {
  const one = (index: number) => `set_config($${index}, $${index + 1}, false)`;
  const values = ["search_path", `"${schema}"`, "statement_timeout", `${STORAGE.statementMs}`];
  const idle = ["idle_in_transaction_session_timeout", `${STORAGE.transactionIdleMs}`];
  try {
    await client.query(`select ${one(1)}, ${one(3)}, ${one(5)}`, [...values, ...idle]);
  } catch (reason) {
    client.release(true);
    throw reason;
  }
}

async function connect(pool: Pool): Promise<PoolClient> {
  if (pool.waitingCount >= STORAGE.maxWaitingForConnection) {
    const words = `${pool.waitingCount} queries wait already for a connection`;
    throw new SeabirdError("resource_exhausted", words);
  }
  try {
    return await pool.connect();
  } catch (cause) {
    if (!(cause instanceof Error && cause.message === POOL_TIMEOUT)) throw cause;
    const words = "no connection to PostgreSQL: all are in use, or the server does not answer";
    throw new SeabirdError("deadline_exceeded", words, { cause });
  }
}

/** The messages of `pg`. */
const POOL_TIMEOUT = "timeout exceeded when trying to connect";
const READ_TIMEOUT = "Query read timeout";

class AdaptedClient {
  readonly #client: PoolClient;
  readonly #taken: Set<AdaptedClient>;
  readonly #timing: StatementTiming;
  #isSilent = false;

  constructor(client: PoolClient, taken: Set<AdaptedClient>, { log, timing }: PoolDeps) {
    this.#client = client;
    this.#taken = taken;
    this.#timing = timing;
    // Without a listener it would be thrown; the query or transaction that uses it fails by itself.
    client.on("error", (error) => log.warn({ error }, "a connection to PostgreSQL was lost"));
    // Its holder may never release it; another connection may take its place in the pool.
    client.on("end", () => this.release(true));
  }

  async query(text: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    // Further queries would wait behind the unanswered one.
    if (this.#isSilent) throw silent();
    const query_timeout = this.#timing.statementMs + GRACE_MS;
    const values = parameters.map(toPostgres);
    // One statement at a time, as in SQLite.
    const query = { text, values, query_timeout, queryMode: "extended" };
    try {
      return await this.#client.query(query as QueryConfig);
    } catch (cause) {
      if (!(cause instanceof Error && cause.message === READ_TIMEOUT)) throw cause;
      this.#isSilent = true;
      throw silent(cause);
    }
  }

  release(destroy = false): void {
    if (this.#taken.delete(this)) this.#client.release(destroy || this.#isSilent);
  }
}

/** `pg` would write dates in the machine's time zone, whose historical offsets have odd seconds. */
function toPostgres(value: unknown): unknown {
  const parameter = toParameter(value);
  return parameter instanceof Date ? parameter.toISOString() : parameter;
}

function silent(cause?: unknown): SeabirdError {
  const words = "PostgreSQL did not answer; the statement may or may not have run";
  return new SeabirdError("deadline_exceeded", words, { cause });
}
