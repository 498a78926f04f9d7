/**
 * What is published, as a stranger gets it: packed, installed in an empty folder outside the
 * repository, a plugin's and a backend's project written there, tested, compiled and run.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { cleanEnv, ROOT } from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";

const run = promisify(execFile);
/** Installing and compiling on a loaded machine. */
const STEP_MS = 300_000;

let folder = "";
let tarballs: string[] = [];

const env = (): NodeJS.ProcessEnv => ({
  ...cleanEnv(),
  // The project's own Node comes first, and nothing of the repository is in reach.
  PATH: (process.env["PATH"] ?? "")
    .split(":")
    .filter((path) => !path.includes("node_modules"))
    .join(":"),
  SEABIRD_BIND_HOST: "127.0.0.1:0",
  NO_COLOR: "1",
});

async function shell(command: string, cwd: string): Promise<string> {
  try {
    const done = await run("bash", ["-c", command], { cwd, env: env(), timeout: STEP_MS });
    return done.stdout + done.stderr;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

/** A project written by the packed program, with the packed packages installed. */
async function createProject(kind: string, name: string): Promise<string> {
  const node = join(ROOT, "node_modules/.bin/node");
  const said = await shell(
    `${node} node_modules/.bin/create-seabird ${kind} ${name}`,
    join(folder, "maker"),
  );
  assert.match(said, new RegExp(`cd ${name}\\s+npm install\\s+npm test\\s+npm start`));
  const project = join(folder, "maker", name);
  await shell(`npm install --no-audit --no-fund ${tarballs.join(" ")}`, project);
  return project;
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "seabird-packages-"));
  await shell(`${process.execPath} scripts/build.ts --pack --out ${join(folder, "build")}`, ROOT);
  const files = await readdir(join(folder, "build", "tarballs"));
  tarballs = files.map((file) => join(folder, "build", "tarballs", file));
  await shell("mkdir maker && cd maker && npm init -y", folder);
  const maker = tarballs.filter((path) => path.includes("seabird-chat-create"));
  await shell(`npm install --no-audit --no-fund ${maker.join(" ")}`, join(folder, "maker"));
});

after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

test("each package holds what it is for, its licence and its page, and no tests or maps", async () => {
  for (const tarball of tarballs) {
    const files = (await shell(`tar tzf ${tarball}`, folder)).trim().split("\n");
    for (const file of ["package.json", "LICENSE", "README.md"]) {
      assert.ok(files.includes(`package/${file}`), `${tarball} has no ${file}`);
    }
    const surplus = files.filter(
      (file) =>
        !file.startsWith("package/templates/") && /\.(map|test\.\w+)$|(?<!\.d)\.ts$/.test(file),
    );
    assert.deepEqual(surplus, [], tarball);
    const manifest = JSON.parse(await shell(`tar xzOf ${tarball} package/package.json`, folder));
    assert.equal(manifest.private, undefined);
    assert.match(manifest.engines.node, /^>=2/);
    for (const door of Object.values<string | Record<string, string>>(manifest.exports ?? {})) {
      for (const path of typeof door === "string" ? [door] : Object.values(door)) {
        assert.ok(files.includes(`package/${path.slice(2)}`), `${tarball} has no ${path}`);
      }
    }
  }
});

test("a new plugin is tested, compiled, started, and answers", async (t) => {
  const project = await createProject("plugin", "word-game");
  assert.match(await shell("npm test", project), /pass 2\n/);
  await shell("npm run check", project);
  const program = new PtyProgram(["npm", "start"], { cwd: project, env: env() }, t);
  await program.untilShown("Welcome to #terminal");
  program.type("!word-game everybody\r");
  await program.untilShown("hello, everybody!");
  program.type("/quit\r");
  assert.equal(await program.ended(), 0, program.shown);
});

test("a new backend is tested and compiled; the declarations hold without skipLibCheck", async () => {
  const project = await createProject("backend", "campfire");
  assert.match(await shell("npm test", project), /pass 4\n/);
  await shell("npm run check", project);
  await writeFile(
    join(project, "doors.ts"),
    [
      "sdk",
      "sdk/backend",
      "sdk/program",
      "sdk/settings",
      "sdk/storage",
      "sdk/schedule",
      "sdk/fetch",
      "testkit",
      "protocol",
      "runtime",
    ]
      .map((door) => `export * as ${door.replace("/", "_")} from "@seabird-chat/${door}";\n`)
      .join(""),
  );
  // Others' declarations may want what this project does not have; ours and what they name hold.
  const said = await shell("npx --no-install tsc --skipLibCheck false || true", project);
  const ours = said.split("\n").filter((line) => /^(doors\.ts|node_modules\/@?seabird)/.test(line));
  assert.deepEqual(ours, []);
});
