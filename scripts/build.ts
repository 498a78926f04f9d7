/**
 * `npm run build`: every package as it is published, below `build/packages`; with `--pack` also
 * the tarballs that `npm pack` makes of them, in `build/tarballs`. `--out FOLDER`: not in `build`.
 *
 * In the tree itself nothing is built: the packages are used from their sources.
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { problemsOf, repositoryRoot } from "./checks/run-tool.ts";
import { trackedFiles } from "./checks/tracked-files.ts";
import { compile } from "./packages/compile.ts";
import { stage } from "./packages/stage.ts";

const root = repositoryRoot;
const { values } = parseArgs({
  options: { pack: { type: "boolean", default: false }, out: { type: "string" } },
});
const build = resolve(root, values.out ?? "build");
const tarballs = join(build, "tarballs");

/** Workspaces with something to publish, as `sdk` or `backends/irc`. */
async function packageFolders(): Promise<string[]> {
  const { workspaces } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    workspaces: string[];
  };
  const manifests = (await trackedFiles(root)).filter((path) => path.endsWith("/package.json"));
  const folders = manifests.map((path) => path.slice(0, -"/package.json".length));
  const listed = (folder: string) =>
    workspaces.some((pattern) => new RegExp(`^${pattern.replace("*", "[^/]+")}$`).test(folder));
  return folders.filter(listed);
}

async function pack(folder: string): Promise<void> {
  const args = ["pack", "--silent", "--pack-destination", tarballs];
  const failures = (await problemsOf("npm", args, folder)).filter((line) => !line.endsWith(".tgz"));
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

const folders = await packageFolders();
await rm(tarballs, { recursive: true, force: true });
await mkdir(tarballs, { recursive: true });
await compile(root, build, folders);
for (const folder of folders) {
  const staged = await stage(root, build, folder);
  if (values.pack) await pack(staged);
}
console.log(
  `${folders.length} packages are in ${join(build, values.pack ? "tarballs" : "packages")}`,
);
