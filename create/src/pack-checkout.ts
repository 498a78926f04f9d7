/** Packs the checkout that this program runs in, if it has changed since it was packed last. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { EXIT, Failure } from "./failure.ts";

/** Nothing in these is packed. */
const UNPACKED = new Set(["node_modules", "build", "bench", "docs", "examples", "test", "testing"]);
const STAMP = "packed-from";

/** Resolves with the folder of the tarballs; takes some seconds if something is to be packed. */
export async function packCheckout(checkout: string): Promise<string> {
  const tarballs = join(checkout, "build", "tarballs");
  const stamp = join(tarballs, STAMP);
  const state = stateOf(checkout);
  if (readStamp(stamp) === state) return tarballs;
  process.stderr.write("Packing the checkout, some seconds…\n");
  await build(checkout);
  writeFileSync(stamp, state);
  return tarballs;
}

/** Changes when a file that may be packed does. */
function stateOf(checkout: string): string {
  const files = filesBelow(checkout).map((path) => {
    const { size, mtimeMs, ctimeMs } = statSync(path);
    return [relative(checkout, path), size, mtimeMs, ctimeMs];
  });
  return createHash("sha256").update(JSON.stringify(files)).digest("hex");
}

function filesBelow(folder: string): string[] {
  const isWanted = ({ name }: Dirent) => !name.startsWith(".") && !UNPACKED.has(name);
  const entries = readdirSync(folder, { withFileTypes: true }).filter(isWanted);
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** The script of the build removes it with the tarballs. */
function readStamp(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

async function build(checkout: string): Promise<void> {
  const script = join(checkout, "scripts", "build.ts");
  const child = spawn(process.execPath, [script, "--pack"], {
    cwd: checkout,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit) => resolve(exit ?? 1));
  });
  if (code === 0) return;
  const next = `run \`npm run pack\` in ${checkout} and see what it says`;
  throw new Failure(EXIT.failed, "the checkout could not be packed", next);
}
