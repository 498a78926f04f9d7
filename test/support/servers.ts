/**
 * Foreign programs for tests: finds what `scripts/test-servers` brought, or what is on PATH.
 *
 * A test that needs one that is not there skips with a loud line; with CI=true it fails.
 */
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/**
 * What `scripts/test-servers` looks for. `python3` sees grpc and protobuf; PostgreSQL's own
 * programs are beside its `initdb`, and a `python` that sees matrix-nio beside `synapse`; `slixmpp`
 * is a python that sees slixmpp.
 */
export type ServerName =
  | "inspircd"
  | "ngircd"
  | "atheme-services"
  | "nginx"
  | "ii"
  | "python3"
  | "protoc"
  | "grpc_python_plugin"
  | "openssl"
  | "initdb"
  | "synapse"
  | "prosody"
  | "slixmpp"
  | "nats-server"
  | "go"
  | "cargo";

/** What fixtures need of a test. */
export type TestScope = Pick<TestContext, "name" | "after" | "skip">;

const BROUGHT = fileURLToPath(new URL("../../.cache/test-servers/bin", import.meta.url));

/** Servers live where only root's PATH looks. */
const SERVER_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Absolute path of a program with its links resolved, or undefined. */
export function findProgram(name: ServerName): string | undefined {
  const folders = [BROUGHT, ...(process.env["PATH"] ?? "").split(delimiter), ...SERVER_FOLDERS];
  for (const folder of folders) {
    if (folder === "") continue;
    const path = join(folder, name);
    if (!isExecutable(path)) continue;
    // A wrapper such as rustup's goes by the name it is called with, so only servers are resolved.
    return folder === BROUGHT && name !== "cargo" && name !== "go" ? realpathSync(path) : path;
  }
  return undefined;
}

/**
 * Paths of the programs a test needs, or undefined after telling the test to skip: then the test
 * returns at once. With CI=true a missing program is an error.
 */
export function needPrograms<Name extends ServerName>(
  context: Pick<TestScope, "name" | "skip">,
  ...names: Name[]
): Record<Name, string> | undefined {
  const paths: Partial<Record<Name, string>> = {};
  const missing: Name[] = [];
  for (const name of names) {
    const path = findProgram(name);
    if (path === undefined) missing.push(name);
    else paths[name] = path;
  }
  if (missing.length === 0) return paths as Record<Name, string>;
  const reason = `${missing.join(", ")} not found; run scripts/test-servers`;
  if (process.env["CI"] === "true") throw new Error(reason);
  console.error(`\n!!! SKIPPED: ${context.name}: ${reason}\n`);
  context.skip(reason);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
