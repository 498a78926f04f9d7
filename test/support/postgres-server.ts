/** A real PostgreSQL for tests: a cluster in a temporary folder, reached by a socket in it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import pg from "pg";
import { needPrograms } from "./servers.ts";
import { until } from "./until.ts";

export interface PostgresServer {
  /** For a plugin's storage. */
  readonly url: string;
  /** One statement on a connection of its own. */
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  /** Breaks every connection, as a restart does. */
  cutAll(): Promise<void>;
  /** Stops whoever serves a connection that is there, or lets them go on. */
  freeze(signal: "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Idempotent; removes the folder. */
  close(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const START_MS = 60_000;
const run = promisify(execFile);

/** Closed when the test ends. Undefined after telling the test to skip: then it returns at once. */
export async function needPostgres(t: TestContext): Promise<PostgresServer | undefined> {
  const programs = needPrograms(t, "initdb");
  if (programs === undefined) return undefined;
  const server = await startPostgres(dirname(realpathSync(programs.initdb)));
  t.after(() => server.close());
  return server;
}

async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-pg-"));
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  await chmod(folder, 0o700);
  if (isRoot) await chown(folder, NOBODY, NOBODY);
  const data = join(folder, "data");
  // A language with an order of its own: what the SDK sorts by must not depend on it.
  const language = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en"];
  const init = ["-D", data, "-U", "seabird", "-A", "trust", "-E", "UTF8", "--no-sync", ...language];
  await run(join(programs, "initdb"), init, { ...as, cwd: folder });
  const settings = ["listen_addresses=", `unix_socket_directories=${folder}`, "fsync=off"];
  const args = ["-D", data, ...settings.flatMap((each) => ["-c", each])];
  const child = spawn(join(programs, "postgres"), args, { ...as, cwd: folder, stdio: "ignore" });
  return watch(child, folder);
}

/** It may have ended by itself. */
function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function watch(child: ChildProcess, folder: string): Promise<PostgresServer> {
  const gone = once(child, "exit");
  const url = `postgres:///postgres?host=${encodeURIComponent(folder)}&user=seabird`;
  const query = async (sql: string, values: unknown[] = []) => {
    const client = new pg.Client(url);
    client.on("error", () => undefined);
    await client.connect();
    return client.query(sql, values).finally(() => client.end());
  };
  const close = async () => {
    // Fast shutdown: connections that somebody forgot do not keep it.
    child.kill("SIGINT");
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  const answers = async () => {
    if (child.exitCode !== null) throw new Error("PostgreSQL ended while it started");
    return query("select 1").then(
      () => true,
      () => false,
    );
  };
  await until("PostgreSQL", answers, START_MS).catch(async (reason) => {
    await close();
    throw reason;
  });
  const others = "select pg_terminate_backend(pid) from pg_stat_activity";
  const cutAll = async () => {
    await query(`${others} where pid <> pg_backend_pid() and backend_type = 'client backend'`);
  };
  const frozen = new Set<number>();
  const freeze = async (signal: "SIGSTOP" | "SIGCONT") => {
    const sql = "select pid from pg_stat_activity where backend_type = 'client backend'";
    const { rows } = signal === "SIGCONT" ? { rows: [] } : await query(sql);
    for (const { pid } of rows as { pid: number }[]) frozen.add(pid);
    for (const pid of frozen) tryKill(pid, signal);
  };
  return { url, query, cutAll, freeze, close };
}
