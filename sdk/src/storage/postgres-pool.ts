/** `pg`'s pool as Kysely takes it, with bounds on everything that is waited for. */
import type { PostgresPool, PostgresPoolClient } from "kysely";
import type { Pool, PoolClient, QueryConfig, QueryResult } from "pg";
import { SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import { toParameter } from "./parameters.ts";
import { STORAGE } from "./storage-limits.ts";

export interface StatementTiming {
  /** Milliseconds for one statement; a server that says nothing for a second more is gone. */
  statementMs: number;
}

interface PoolDeps {
  /** The plugin's own; every statement speaks of tables in it. */
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
      // Kysely knows a connection again by it.
      let known = clients.get(client);
      const isNew = known === undefined;
      known ??= new AdaptedClient(client, taken, deps);
      taken.add(known);
      // Not by Kysely: it would keep a connection for ever that could not be made ready.
      if (isNew) await prepare(known, deps);
      clients.set(client, known);
      return known as unknown as PostgresPoolClient;
    },
    // The pool's own end waits for whoever has a connection, for ever.
    end: async () => {
      const ended = pool.end();
      for (const client of taken) client.release(true);
      await ended;
    },
  };
}

/** Not in the options of the connection: what stands between us and the server may refuse them. */
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
    const words = "no connection to PostgreSQL: all are at work, or it does not answer";
    throw new SeabirdError("deadline_exceeded", words, { cause });
  }
}

/** As `pg` words it. */
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
    // Nobody else hears it while a query or transaction has the connection: they fail themselves.
    client.on("error", (error) => log.warn({ error }, "a connection to PostgreSQL was lost"));
    // Who has it may never give it back: its place is free for another one.
    client.on("end", () => this.release(true));
  }

  async query(text: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    // Whatever is asked after a question without an answer would wait behind it.
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

/** `pg` itself would write a date by the machine's zone, whose old times are odd by seconds. */
function toPostgres(value: unknown): unknown {
  const parameter = toParameter(value);
  return parameter instanceof Date ? parameter.toISOString() : parameter;
}

function silent(cause?: unknown): SeabirdError {
  const words = "PostgreSQL does not answer: whether it did what was asked is not known";
  return new SeabirdError("deadline_exceeded", words, { cause });
}
