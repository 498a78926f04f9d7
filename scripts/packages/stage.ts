/** Puts together what is published of one package: a folder that npm can pack as it is. */

import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Manifest, published } from "./manifest.ts";

/** Besides `dist`, `bin` and the manifest; the licence comes from the repository. */
const EXTRAS = ["README.md", "compile-cache.js", "node-version.js", "npm-shell.js", "templates"];

/** Resolves with the folder. */
export async function stage(root: string, build: string, folder: string): Promise<string> {
  const compiled = join(build, "compiled");
  const out = join(build, "packages", folder);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await cp(join(compiled, folder, "src"), join(out, "dist"), { recursive: true });
  await copyPlainSources(join(root, folder, "src"), join(out, "dist"));
  await copyBins(join(root, folder, "bin"), join(out, "bin"));
  for (const extra of EXTRAS.filter((name) => existsSync(join(root, folder, name)))) {
    await cp(join(root, folder, extra), join(out, extra), { recursive: true });
  }
  await cp(join(root, "LICENSE"), join(out, "LICENSE"));
  const source = await readFile(join(root, folder, "package.json"), "utf8");
  const manifest = published(JSON.parse(source) as Manifest);
  if (!existsSync(join(out, "README.md"))) {
    await writeFile(join(out, "README.md"), readme(manifest));
  }
  const text = JSON.stringify(manifest, undefined, 2);
  await writeFile(join(out, "package.json"), `${text}\n`);
  return out;
}

/** What a registry shows of a package that has no page of its own. */
function readme({ name, description, exports: doors = {} }: Manifest): string {
  const entries = Object.keys(doors)
    .filter((door) => door !== "./package.json")
    .map((door) => `- \`${name}${door.slice(1)}\`\n`);
  const list = entries.length === 0 ? "" : `\nTo import:\n\n${entries.join("")}`;
  return `# ${name}\n\n${description}\n\nPart of Seabird for TypeScript, a chat broker.\n${list}`;
}

/** Generated code is JavaScript with declarations already, and tsc leaves it where it is. */
async function copyPlainSources(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    filter: (path) => !/(?<!\.d)\.ts$/.test(path) && !/\/(test|testing)$/.test(path),
  });
}

async function copyBins(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), "utf8");
    const changed = text.replaceAll(/"\.\.\/src\/([\w/-]+)\.ts"/g, '"../dist/$1.js"');
    await writeFile(join(to, name), changed, { mode: 0o755 });
  }
}
