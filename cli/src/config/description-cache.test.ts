/** A program is asked what it is once, and again when something has changed that the answer came from. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { until } from "../../../test/support/until.ts";
import { describer } from "./describe-component.ts";
import { DescriptionCache } from "./description-cache.ts";

const PATIENCE_MS = 120_000;
const PROGRAM = `
  import { appendFileSync } from "node:fs";
  import { name } from "./name.mjs";
  import { help } from "thing";
  appendFileSync("asked", "x");
  console.error("on standard error");
  const component = { name, help, commands: {}, settings: null };
  console.log(JSON.stringify({ kind: "plugin", components: [component] }));
`;
const THING = "node_modules/thing";

async function makeProgram(t: TestContext, source = PROGRAM) {
  const folder = await mkdtemp(join(tmpdir(), "seabird-described-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const write = async (path: string, text: string) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    // A change is trusted when it is a while ago.
    const { ctimeMs } = await stat(file);
    await until("the file to be old", () => Date.now() > ctimeMs + 100);
  };
  await write("name.mjs", 'export const name = "first";');
  await write(`${THING}/package.json`, '{"name":"thing","version":"1.0.0","exports":"./x.mjs"}');
  await write(`${THING}/x.mjs`, 'export const help = "help";');
  await write("program.mjs", source);
  const script = join(folder, "program.mjs");
  const own = join(folder, ".seabird");
  /** As a start of its own does. */
  const ask = async (...args: string[]) => {
    const describe = describer(folder, {
      cache: new DescriptionCache(own),
      timeoutMs: PATIENCE_MS,
    });
    const answer = await describe({ script, args });
    return "problem" in answer ? answer.problem : answer.components[0].name;
  };
  const asked = async () => (await readFile(join(folder, "asked"), "utf8")).length;
  return { folder, own, write, ask, asked };
}

type Fixture = Awaited<ReturnType<typeof makeProgram>>;

test("it is asked once, each program for itself", async (t) => {
  const { own, ask, asked } = await makeProgram(t);
  assert.equal(await ask(), "first");
  assert.equal(await ask(), "first");
  assert.equal(await asked(), 1);
  await ask("other", "arguments");
  assert.equal(await asked(), 2);
  const files = await readdir(join(own, "descriptions"));
  assert.equal(files.length, 2);
  const modes = await Promise.all(files.map((name) => stat(join(own, "descriptions", name))));
  for (const { mode } of modes) assert.equal(mode & 0o077, 0);
});

const CHANGES: Readonly<Record<string, (fixture: Fixture, t: TestContext) => Promise<void>>> = {
  "the program's file": ({ write }) => write("program.mjs", `${PROGRAM}\n`),
  "a module that it imports": ({ write }) => write("name.mjs", 'export const name = "second";'),
  "a module of the same size and time": async ({ folder, write }) => {
    const path = join(folder, "name.mjs");
    const { mtime } = await stat(path);
    await write("name.mjs", 'export const name = "tsrif";');
    await utimes(path, mtime, mtime);
  },
  "a module that is gone": ({ folder }) => rm(join(folder, "name.mjs")),
  "an installed package": ({ write }) =>
    write(`${THING}/package.json`, '{"name":"thing","version":"1.0.1","exports":"./x.mjs"}'),
  "a variable of the environment": async (_fixture, t) => {
    process.env["SOME_SETTING"] = "2";
    t.after(() => delete process.env["SOME_SETTING"]);
  },
  "a variable of .env": ({ write }) => write(".env", "SOME_SETTING=2\n"),
  "one whose name shells use too": ({ write }) => write(".env", "TERMINAL_NAME=2\n"),
  "a file of the cache that is no answer": async ({ own }) => {
    const [name = ""] = await readdir(join(own, "descriptions"));
    const path = join(own, "descriptions", name);
    const kept = JSON.parse(await readFile(path, "utf8"));
    await writeFile(path, JSON.stringify({ ...kept, answer: { kind: "plugin" } }));
  },
  "a file of the cache that is a pipe": async ({ own }) => {
    const [name = ""] = await readdir(join(own, "descriptions"));
    const path = join(own, "descriptions", name);
    await rm(path);
    execFileSync("mkfifo", [path]);
  },
  "a folder of answers that others can write in": ({ own }) =>
    chmod(join(own, "descriptions"), 0o777),
  "a folder of answers that is a link": async ({ own }) => {
    await rename(join(own, "descriptions"), join(own, "else"));
    await symlink("else", join(own, "descriptions"));
  },
  "a file of the cache that is broken": async ({ own }) => {
    const [name = ""] = await readdir(join(own, "descriptions"));
    await writeFile(join(own, "descriptions", name), "{");
  },
  "a folder that others can write in": ({ own }) => chmod(own, 0o777),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`it is asked again after a change of ${what}`, async (t) => {
    const fixture = await makeProgram(t);
    const first = await fixture.ask();
    await fixture.ask();
    assert.equal(await fixture.asked(), 1);
    await change(fixture, t);
    const second = await fixture.ask();
    if (what.endsWith("imports")) assert.deepEqual([first, second], ["first", "second"]);
    if (what.endsWith("gone")) assert.match(second, /cannot be loaded/);
    else assert.equal(await fixture.asked(), 2);
  });
}

test("what differs between shells only is no change", async (t) => {
  const { ask, asked } = await makeProgram(t);
  await ask();
  const names = ["npm_lifecycle_event", "SHLVL", "OLDPWD", "SEABIRD_TOKEN"];
  const before = names.map((name) => [name, process.env[name]] as const);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
  for (const name of names) process.env[name] = "/else";
  await ask();
  assert.equal(await asked(), 1);
});

const FAILURES: Readonly<Record<string, string>> = {
  "does not describe itself":
    'import { appendFileSync } from "node:fs"; appendFileSync("asked", "x");',
  fails: `import { appendFileSync } from "node:fs"; appendFileSync("asked", "x"); throw new Error("no");`,
};

for (const [what, source] of Object.entries(FAILURES)) {
  test(`a program that ${what} is asked each time`, async (t) => {
    const { own, ask, asked } = await makeProgram(t, source);
    const problem = await ask();
    assert.doesNotMatch(problem, /seabird-modules/);
    assert.equal(await ask(), problem);
    assert.equal(await asked(), 2);
    await assert.rejects(readdir(own));
  });
}

test("a program whose file changes while it is asked is asked again", async (t) => {
  const source = `import { appendFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    appendFileSync(fileURLToPath(new URL("./name.mjs", import.meta.url)), " ");${PROGRAM.replace('import { appendFileSync } from "node:fs";', "")}`;
  const { ask, asked } = await makeProgram(t, source);
  await ask();
  await ask();
  assert.equal(await asked(), 2);
});

test("a program that goes on without a module of its own is asked each time", async (t) => {
  const source = `await import("./optional.mjs").catch(() => undefined);${PROGRAM}`;
  const { ask, asked } = await makeProgram(t, source);
  await ask();
  await ask();
  assert.equal(await asked(), 2);
});

test("what an installed package does without changes nothing", async (t) => {
  const { write, ask, asked } = await makeProgram(t);
  await write(`${THING}/x.mjs`, 'await import("./y.mjs").catch(() => 0); export const help = "";');
  await ask();
  await ask();
  assert.equal(await asked(), 1);
});

test("modules of its workers and forks count too", async (t) => {
  const source = `
    import { once } from "node:events";
    import { fork } from "node:child_process";
    import { Worker } from "node:worker_threads";
    await once(new Worker(new URL("./worker.mjs", import.meta.url)), "exit");
    await once(fork(new URL("./forked.mjs", import.meta.url)), "exit");${PROGRAM}`;
  const { write, ask, asked } = await makeProgram(t, source);
  for (const name of ["worker.mjs", "forked.mjs"]) await write(name, "");
  await ask();
  await ask();
  assert.equal(await asked(), 1);
  for (const [count, name] of ["worker.mjs", "forked.mjs"].entries()) {
    await write(name, " ");
    await ask();
    assert.equal(await asked(), count + 2, name);
  }
});

test("a program of very many modules has an answer, which is kept", async (t) => {
  const { write, ask, asked } = await makeProgram(t);
  // Their paths together are larger than what a program may write.
  const folder = `${"long-name-".repeat(20)}/`.repeat(8);
  const count = 700;
  await write(
    `${THING}/x.mjs`,
    `for (let n = 0; n < ${count}; n++) await import(\`./${folder}y.mjs?\${n}\`);
     export const help = "";`,
  );
  await write(`${THING}/${folder}y.mjs`, "");
  assert.equal(await ask(), "first");
  await ask();
  assert.equal(await asked(), 1);
});

test("where nothing can be written it is asked each time", async (t) => {
  const { own, ask, asked } = await makeProgram(t);
  await writeFile(own, "a file");
  assert.equal(await ask(), "first");
  assert.equal(await ask(), "first");
  assert.equal(await asked(), 2);
});
