/** Kysely's dialect for PostgreSQL, with the package `pg`, which is loaded on demand. */
import { PostgresDialect } from "kysely";
import type { Pool } from "pg";
import { SeabirdError } from "../link/errors.ts";
import type { Log } from "../program/log.ts";
import { adaptPool, type StatementTiming } from "./postgres-pool.ts";
import { toNumber } from "./sqlite-values.ts";
import { STORAGE } from "./storage-limits.ts";

export interface PostgresOptions {
  readonly url: string;
  /** The plugin's schema, in which all statements run. */
  readonly schema: string;
  readonly log: Log;
  readonly timing: StatementTiming;
}

export function postgresDialect(options: PostgresOptions): PostgresDialect {
  const { url } = options;
  return new PostgresDialect({
    pool: async () => adaptPool(await openPool(url), options),
  });
}

async function openPool(url: string): Promise<Pool> {
  const pg = await loadPg();
  const pool = new pg.Pool({
    connectionString: url,
    max: STORAGE.postgresConnections,
    connectionTimeoutMillis: STORAGE.postgresConnectMs,
    keepAlive: true,
    // Idle connections do not keep the process alive.
    allowExitOnIdle: true,
    types: { getTypeParser: parserFor(pg.types) as typeof pg.types.getTypeParser },
  });
  // For connections that break while idle: they log it, and the next query takes another one.
  pool.on("error", () => undefined);
  return pool;
}

async function loadPg(): Promise<Pick<typeof import("pg"), "Pool" | "types">> {
  try {
    return (await import("pg")).default;
  } catch (cause) {
    const words = 'storage in PostgreSQL needs the package "pg": npm install pg';
    throw new SeabirdError("bad_option", words, { cause });
  }
}

type Parse = (text: string) => unknown;

const INT8 = 20;
const NUMERIC = 1_700;

/** `pg` returns 64-bit integers and sums as text, since they may not fit a number. */
function parserFor(types: typeof import("pg").types): (oid: number, format?: string) => Parse {
  return (oid, format) => {
    if (format !== "binary" && oid === INT8) return (text) => toNumber(BigInt(text));
    if (format !== "binary" && oid === NUMERIC) return Number;
    return types.getTypeParser(oid as never, format as never);
  };
}
