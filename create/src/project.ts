/**
 * Writes a project from its template: the files of `templates/<kind>`, in which `my-plugin` and
 * `my-network` (and `myPlugin`, `MyPlugin`, …) stand for its name. The templates are real
 * projects; the repository compiles and tests them as they are.
 */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, Failure } from "./failure.ts";
import { typeName, variableName } from "./names.ts";

export const KINDS = ["plugin", "backend"] as const;

export type Kind = (typeof KINDS)[number];

export interface ProjectOptions {
  readonly kind: Kind;
  readonly name: string;
  /** Made if it is not there; one that holds anything is refused. */
  readonly folder: string;
  /** For each package of ours the version, range or file to depend on. */
  readonly packages: Readonly<Record<string, string>>;
}

const TEMPLATES = fileURLToPath(new URL("../templates/", import.meta.url));

/** Resolves with the files written, by their path in the folder. Throws a Failure. */
export async function writeProject(options: ProjectOptions): Promise<readonly string[]> {
  await refuseFull(options.folder);
  try {
    return await write(options);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    const why = error.message.replace(/,.*$/s, "");
    const next = "choose a folder that you may write to, by --folder PATH";
    throw new Failure(EXIT.failed, `${options.folder} cannot be written (${why})`, next);
  }
}

async function write(options: ProjectOptions): Promise<readonly string[]> {
  const template = join(TEMPLATES, options.kind);
  const written: string[] = [];
  for (const path of await filesBelow(template)) {
    const text = await readFile(join(template, path), "utf8");
    const target = fill(path, options).replace(/(^|\/)dot-/, "$1.");
    await makeFolder(join(options.folder, dirname(target)));
    const content = basename(path) === "package.json" ? withPackages(text, options) : text;
    // Never over a file that came to be since the look at the folder.
    await writeFile(join(options.folder, target), fill(content, options), { flag: "wx" });
    written.push(target);
  }
  return written.sort();
}

/** Node's own way to make the folders above too never ends in places such as `/proc`. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/** Throws a Failure if something stands in the folder already. */
export async function refuseFull(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return;
    const what = code === "ENOTDIR" ? "is no folder" : `cannot be read (${String(code)})`;
    throw new Failure(EXIT.failed, `${folder} ${what}`, "choose another name");
  }
  if (entries.some((entry) => entry !== ".git")) {
    const next = "choose another name, or --folder PATH with an empty one";
    throw new Failure(EXIT.failed, `${folder} is there already and not empty`, next);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/(^|\/)node_modules\//.test(path));
}

/** The name that stands for the project's in its template. */
const PLACEHOLDERS: Record<Kind, string> = { plugin: "my-plugin", backend: "my-network" };

function fill(text: string, { kind, name }: ProjectOptions): string {
  const placeholder = PLACEHOLDERS[kind];
  return text
    .replaceAll(placeholder, name)
    .replaceAll(variableName(placeholder), variableName(name))
    .replaceAll(typeName(placeholder), typeName(name));
}

/**
 * The template says which packages it needs, by name; `packages` says which edition, and may name
 * more: files need each other, and no registry has them.
 */
function withPackages(text: string, { packages }: ProjectOptions): string {
  const { dependencies = {}, devDependencies = {}, ...rest } = JSON.parse(text) as Manifest;
  const editionOf = (name: string, version: string) => {
    const edition = packages[name];
    if (edition === undefined && name.startsWith("@seabird-chat/")) {
      throw new Failure(EXIT.failed, `there is no edition of ${name} to depend on`);
    }
    return edition ?? version;
  };
  const [first, second] = [dependencies, devDependencies].map((needed) =>
    Object.entries(needed).map(([name, version]) => [name, editionOf(name, version)] as const),
  );
  const missing = Object.entries(packages).filter(
    ([name]) => !(name in dependencies) && !(name in devDependencies),
  );
  const manifest = {
    ...rest,
    dependencies: Object.fromEntries(first ?? []),
    devDependencies: Object.fromEntries([...(second ?? []), ...missing].sort()),
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}
