/** The guides' plugins: each snippet that is a whole file compiles and loads. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { isPlugin } from "@seabird-chat/sdk";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const GUIDES = ["plugins", "commands", "storage", "messages", "fetching"];
const run = promisify(execFile);

interface Snippet {
  readonly file: string;
  readonly code: string;
}

/** Those that import the SDK are whole files. */
async function snippetsOf(guide: string): Promise<Snippet[]> {
  const page = await readFile(join(ROOT, `docs/${guide}.md`), "utf8");
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, code = ""], index) => ({ file: `${guide}-${index}.ts`, code }))
    .filter(({ code }) => /^import .* from "@seabird-chat\/sdk";$/m.test(code));
}

/** A folder as a reader has it, with our packages in it. */
async function makeFolder(t: TestContext, snippets: readonly Snippet[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-guide-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "src"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const tsconfig = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: { incremental: false, tsBuildInfoFile: null, noUnusedLocals: false },
    include: ["src"],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const { file, code } of snippets) await writeFile(join(folder, "src", file), code);
  return folder;
}

test("every plugin of the guides compiles and loads", async (t) => {
  const snippets = (await Promise.all(GUIDES.map(snippetsOf))).flat();
  assert.ok(snippets.length > 12, `${snippets.length} snippets`);
  const folder = await makeFolder(t, snippets);
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const compiled = await run(process.execPath, [tsc, "-p", folder]).catch((error) => error);
  assert.equal(compiled.stdout, "");
  for (const { file, code } of snippets.filter((each) => each.code.includes("export const"))) {
    const exported: object = await import(pathToFileURL(join(folder, "src", file)).href);
    const parts = Object.values(exported).filter(isPlugin);
    const names = [...code.matchAll(/ = plugin\("([^"]+)"/g)].map(([, name]) => name);
    assert.deepEqual(parts.map(({ name }) => name).sort(), names.sort(), code);
  }
});
