/** The same tests over SQLite and a real PostgreSQL. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { needPostgres, type PostgresServer } from "./postgres-server.ts";

export interface Engine {
  readonly kind: "sqlite" | "postgres";
  /** A new, empty database by the same name for the same test. */
  url(): string;
  /** The name of a plugin that no other test has. */
  readonly plugin: string;
  readonly server: PostgresServer | undefined;
}

export type EngineTest = (t: TestContext, engine: Engine) => Promise<void>;

/** Runs each test over both, PostgreSQL's being one server for the whole file. */
export function testEngines(tests: Readonly<Record<string, EngineTest>>): void {
  test("SQLite", async (t) => {
    const folder = await temporaryFolder(t);
    for (const [index, [name, run]] of Object.entries(tests).entries()) {
      const url = () => join(folder, `${index}.db`);
      const plugin = `sample${index}`;
      await t.test(name, (t) => run(t, { kind: "sqlite", url, plugin, server: undefined }));
    }
  });
  test("PostgreSQL", async (t) => {
    const server = await needPostgres(t);
    if (server === undefined) return;
    for (const [index, [name, run]] of Object.entries(tests).entries()) {
      const plugin = `sample-${index}`;
      const url = () => server.url;
      await t.test(name, (t) => run(t, { kind: "postgres", url, plugin, server }));
    }
  });
}

/** Gone at the test's end. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-storage-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
