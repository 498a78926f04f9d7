/** Where a project is written, and where it is not. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { KINDS, type ProjectOptions, writeProject } from "./project.ts";

async function place(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird project "));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const project = (folder: string): ProjectOptions => ({
  kind: "plugin",
  name: "word-game",
  folder,
  packages: {
    "@seabird-chat/cli": "^1.2.3",
    "@seabird-chat/sdk": "^1.2.3",
    "@seabird-chat/testkit": "^1.2.3",
  },
});

test("folders above are made, odd ones too, and every file has the project's name", async (t) => {
  for (const kind of KINDS) {
    const folder = join(await place(t), "dötted & spaced", "deep");
    const files = await writeProject({ ...project(folder), kind });
    for (const file of files) {
      assert.doesNotMatch(await readFile(join(folder, file), "utf8"), /my-?part/i, file);
    }
    assert.ok(files.includes("word-game.test.ts") && files.includes(".gitignore"));
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    assert.equal(manifest.dependencies["@seabird-chat/sdk"], "^1.2.3");
    assert.equal(manifest.devDependencies["@seabird-chat/cli"], "^1.2.3");
  }
});

test("a package of ours without an edition is refused, for a registry's is not ours", async (t) => {
  const { packages, ...init } = project(join(await place(t), "x"));
  const { "@seabird-chat/cli": _, ...others } = packages;
  await assert.rejects(writeProject({ ...init, packages: others }), {
    message: /no edition of @seabird-chat\/cli/,
  });
});

test("a folder with anything but .git in it stays as it is", async (t) => {
  const folder = await place(t);
  await mkdir(join(folder, ".git"));
  await writeProject(project(folder));
  await rm(join(folder, "word-game.ts"));
  await assert.rejects(writeProject(project(folder)), { code: 1, message: /not empty/ });
  assert.ok(!(await readdir(folder)).includes("word-game.ts"));
  const file = join(folder, "package.json");
  await assert.rejects(writeProject(project(file)), { code: 1, message: /is no folder/ });
});

test("where nothing can be written that is told, and what to do", {
  skip: process.platform !== "linux",
  timeout: 30_000,
}, async (t) => {
  for (const folder of ["/proc/nobody/project", "/proc/project"]) {
    await assert.rejects(writeProject(project(folder)), {
      name: "Error",
      code: 1,
      message: /^\/proc\/.* cannot be written \(E/,
      next: /--folder/,
    });
  }
  const folder = await place(t);
  await writeFile(join(folder, "file"), "");
  await assert.rejects(writeProject(project(join(folder, "file", "x"))), { code: 1 });
});
