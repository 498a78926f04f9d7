/** A folder in which `npm start` and `seabird` run as in a checkout, with a .seabird of its own. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { until } from "./until.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const SEABIRD = join(ROOT, "cli/bin/seabird.js");

export interface Checkout {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How long what is asked to end may take; core alone drains for 8 s. */
const GONE_MS = 30_000;

/** Removed at the end of the test. What still runs there then is killed, and the test fails. */
export async function makeCheckout(t: Pick<TestContext, "after">): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-checkout-"));
  await copyFile(join(ROOT, "package.json"), join(folder, "package.json"));
  for (const name of ["cli", "node_modules"]) await symlink(join(ROOT, name), join(folder, name));
  t.after(async () => {
    const isOver = () => processesIn(folder).length === 0;
    await until("no process of the checkout", isOver, GONE_MS).catch(() => undefined);
    const left = processesIn(folder);
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    await until("the killed to be gone", isOver, GONE_MS);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    assert.deepEqual(left, [], "processes left behind");
  });
  return { folder, env: { ...cleanEnv(), SEABIRD_BIND_HOST: "127.0.0.1:0" } };
}

/** Without what npm, a test runner or a person with a core of their own have set. */
export function cleanEnv(): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_|NODE_TEST|NODE_CHANNEL|NODE_OPTIONS|SEABIRD_|IRC_|MATRIX_|XMPP_|DATABASE_URL|FORCE_COLOR)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/** The processes whose working directory this is (Linux). */
export function processesIn(folder: string): RunningProcess[] {
  const found: RunningProcess[] = [];
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const command = readProcess(folder, name);
    if (command !== undefined) found.push({ pid: Number(name), command });
  }
  return found;
}

/** A process that has gone, or is another user's, is none of ours. */
function readProcess(folder: string, pid: string): string | undefined {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return undefined;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return undefined;
  }
}
