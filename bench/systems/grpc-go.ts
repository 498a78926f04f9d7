/** A small core on grpc-go, where this machine has Go: built once, and kept by what it is made of. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  type AttackedSystem,
  randomTokens,
  startAttacked,
} from "../../test/attacks/attacked-system.ts";
import { findProgram } from "../../test/support/servers.ts";

const SOURCES = fileURLToPath(new URL("../programs/grpc-go", import.meta.url));
const CACHE = fileURLToPath(new URL("../../.cache/bench", import.meta.url));
/** The first build on a new machine fetches its modules and compiles everything. */
const BUILD_TIMEOUT_MS = 14 * 60_000;
const run = promisify(execFile);

/** Undefined where there is no Go, or its modules cannot be had; the reason is said loudly. */
export async function startGrpcGo(): Promise<AttackedSystem | undefined> {
  let program: string;
  try {
    program = await built();
  } catch (error) {
    console.error(`\n!!! SKIPPED: grpc-go: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
  const tokens = randomTokens();
  // One processor, as core's event loop has.
  const env = { GOMAXPROCS: "1", BENCH_TOKENS: Object.values(tokens).join(",") };
  return startAttacked({ name: "grpc-go", command: [program], env, tokens });
}

async function built(): Promise<string> {
  const go = findProgram("go");
  if (go === undefined) throw new Error("go not found");
  const hash = createHash("sha256").update((await run(go, ["version"])).stdout);
  for (const name of (await readdir(SOURCES)).sort()) {
    hash.update(name).update(await readFile(join(SOURCES, name)));
  }
  const target = join(CACHE, `grpc-go-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(target)) return target;
  await mkdir(CACHE, { recursive: true });
  const draft = `${target}.${process.pid}`;
  const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", draft, "."];
  await run(go, args, { cwd: SOURCES, timeout: BUILD_TIMEOUT_MS });
  await rename(draft, target);
  return target;
}
