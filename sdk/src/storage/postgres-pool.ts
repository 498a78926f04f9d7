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

interface PoolSurroundings {
  readonly log: Log;
  readonly timing: StatementTiming;
}

const GRACE_MS = 1_000;

export function adaptPool(pool: Pool, surroundings: PoolSurroundings): PostgresPool {
  const clients = new WeakMap<PoolClient, AdaptedClient>();
  const taken = new Set<AdaptedClient>();
  return {
    options: pool.options,
    connect: async () => {
      const client = await connect(pool);
      // Kysely knows a connection again by it.
      const known = clients.get(client) ?? new AdaptedClient(client, taken, surroundings);
      clients.set(client, known);
      taken.add(known);
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

  constructor(client: PoolClient, taken: Set<AdaptedClient>, { log, timing }: PoolSurroundings) {
    this.#client = client;
    this.#taken = taken;
    this.#timing = timing;
    // Nobody else hears it while a query or transaction has the connection: they fail themselves.
    client.on("error", (error) => log.warn({ error }, "a connection to PostgreSQL was lost"));
  }

  async query(text: string, parameters: readonly unknown[] = []): Promise<QueryResult> {
    // Whatever is asked after a question without an answer would wait behind it.
    if (this.#isSilent) throw silent();
    const query_timeout = this.#timing.statementMs + GRACE_MS;
    const query = { text, values: parameters.map(toParameter), query_timeout };
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

function silent(cause?: unknown): SeabirdError {
  const words = "PostgreSQL does not answer: whether it did what was asked is not known";
  return new SeabirdError("deadline_exceeded", words, { cause });
}
