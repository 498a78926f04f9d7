/**
 * The foreign programs: how each is built, and how it is started.
 *
 * Built once, and kept under `.cache/foreign/` by a hash of what it is made of: sources, lock
 * file and toolchain. A machine that lacks a toolchain skips loudly; see `needPrograms`.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needPrograms } from "../support/servers.ts";
import { withoutExtensions } from "./base-protocol.ts";

export type Language = "go" | "rust" | "python";

export interface Program {
  readonly name: Language | "seed edition";
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How it takes and gives messages: as JSON, or as hex of their encoding. */
  readonly encoding: "json" | "hex";
  /** Its library tells when the headers of a stream have come. */
  readonly tellsHeaders: boolean;
  /** Its library says Hello by itself. */
  readonly saysHello: boolean;
}

export const LANGUAGES: readonly Language[] = ["go", "rust", "python"];

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, ".cache/foreign");

/** The first build on a new machine fetches and compiles everything. */
const BUILD_TIMEOUT_MS = 14 * 60_000;

const run = promisify(execFile);

/** The program in this language, built; undefined when the test was told to skip. */
export function foreignProgram(
  context: TestContext,
  language: Language,
): Promise<Program | undefined> {
  if (language === "go") return goProgram(context);
  return language === "rust" ? rustProgram(context) : pythonProgram(context);
}

async function goProgram(context: TestContext): Promise<Program | undefined> {
  const tools = needPrograms(context, "go");
  if (tools === undefined) return undefined;
  const { stdout: version } = await run(tools.go, ["version"]);
  const command = await built("go", version, async (target) => {
    const args = ["build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"];
    await run(tools.go, [...args, "-o", target, "."], building("go"));
  });
  const manners = { encoding: "json", saysHello: true, tellsHeaders: false } as const;
  return { name: "go", command, args: [], env: {}, ...manners };
}

async function rustProgram(context: TestContext): Promise<Program | undefined> {
  const tools = needPrograms(context, "cargo", "protoc");
  if (tools === undefined) return undefined;
  const { stdout: version } = await run(tools.cargo, ["--version"]);
  const command = await built("rust", version, async (target) => {
    const folder = join(CACHE, "rust-target");
    const env = { CARGO_TARGET_DIR: folder, PROTOC: tools.protoc };
    await run(tools.cargo, ["build", "--locked", "--quiet"], building("rust", env));
    await run("cp", [join(folder, "debug/seabird-foreign-rust"), target]);
  });
  const manners = { encoding: "hex", saysHello: false, tellsHeaders: true } as const;
  return { name: "rust", command, args: [], env: {}, ...manners };
}

/** On the base protocol, as the Go module and the Rust crate are. */
async function pythonProgram(context: TestContext): Promise<Program | undefined> {
  const descriptors = await descriptorSet("base-protocol", "protocol", withoutExtensions);
  return pythonOn(context, "python", descriptors);
}

/** The Python client on the seed's edition of the protocol, which had no `root_block`. */
export async function seedEditionProgram(context: TestContext): Promise<Program | undefined> {
  const descriptors = await descriptorSet("seed-edition", "test/foreign/seed-edition");
  return pythonOn(context, "seed edition", descriptors);
}

function pythonOn(
  context: TestContext,
  name: Program["name"],
  descriptors: string,
): Program | undefined {
  const tools = needPrograms(context, "python3");
  if (tools === undefined) return undefined;
  return {
    name,
    command: tools.python3,
    args: [join(HERE, "python/client.py")],
    env: { SEABIRD_DESCRIPTORS: descriptors },
    encoding: "json",
    saysHello: false,
    tellsHeaders: true,
  };
}

/** A file descriptor set, imports included, of the .proto files in a folder. */
async function descriptorSet(
  name: string,
  folder: string,
  change: (set: Uint8Array) => Uint8Array = (set) => set,
): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const target = join(CACHE, `${name}-${process.pid}.binpb`);
  const buf = join(ROOT, "node_modules/.bin/buf");
  await run(buf, ["build", folder, "-o", target], { cwd: ROOT, timeout: BUILD_TIMEOUT_MS });
  await writeFile(target, change(await readFile(target)));
  await rename(target, join(CACHE, `${name}.binpb`));
  return join(CACHE, `${name}.binpb`);
}

/** Path of the built program, from the cache where its sources have not changed. */
async function built(
  language: Language,
  version: string,
  build: (target: string) => Promise<void>,
): Promise<string> {
  const hash = createHash("sha256").update(version);
  const folder = join(HERE, language);
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of names.filter((each) => each.isFile()).sort(byPath)) {
    hash.update(entry.name).update(await readFile(join(entry.parentPath, entry.name)));
  }
  const target = join(CACHE, `${language}-${hash.digest("hex").slice(0, 16)}`);
  if (await exists(target)) return target;
  await mkdir(CACHE, { recursive: true });
  console.error(`building the ${language} client; this is done once and takes a few minutes`);
  const draft = `${target}.${process.pid}`;
  await build(draft);
  await rename(draft, target);
  return target;
}

function building(language: Language, env: NodeJS.ProcessEnv = {}) {
  return {
    cwd: join(HERE, language),
    env: { ...process.env, ...env },
    timeout: BUILD_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  };
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }) {
  return join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
