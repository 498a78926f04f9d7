/** Programs that are asked what they are, and may answer anything. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Describe, describer } from "./describe-component.ts";

const PATIENCE_MS = 30_000;
const HELLO = { name: "hello", settings: { type: "object" }, commands: { hi: { shortHelp: "x" } } };

/** A folder, and a way to ask a program of this source. */
async function makeProjectFixture(t: TestContext, timeoutMs = PATIENCE_MS) {
  const folder = await mkdtemp(join(tmpdir(), "seabird-describe-"));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  const describe: Describe = describer(folder, { timeoutMs });
  let count = 0;
  const ask = async (source: string, ...args: string[]) => {
    count += 1;
    const script = join(folder, `component-${count}.mjs`);
    await writeFile(script, source);
    return await describe({ script, args });
  };
  return { folder, describe, ask };
}

const says = (answer: unknown) => `console.log(${JSON.stringify(JSON.stringify(answer))});`;

test("what a component says of itself; what it prints besides does no harm", async (t) => {
  const { ask } = await makeProjectFixture(t);
  const source = `
    console.log("loading");
    ${says({ level: "info", msg: "loading" })}
    ${says({ kind: "plugin", components: [HELLO] })}
    process.on("exit", () => console.log("bye"));`;
  assert.deepEqual(await ask(source), {
    kind: "plugin",
    components: [
      { name: "hello", settings: { type: "object" }, commands: { hi: { shortHelp: "x" } } },
    ],
  });
  const backend = { kind: "backend", components: [{ name: "x", type: "x", settings: 3 }] };
  assert.deepEqual(await ask(says(backend)), {
    kind: "backend",
    components: [{ name: "x", type: "x", settings: null, commands: {} }],
  });
});

test("a path that no system takes is a problem like another", async (t) => {
  const { ask } = await makeProjectFixture(t);
  assert.deepEqual(await ask("", "./a\0b.ts"), { problem: "a path has no NUL characters" });
});

test("it is asked in the folder, with its arguments, and without what is secret", async (t) => {
  const { folder, ask } = await makeProjectFixture(t);
  process.env["SEABIRD_TOKEN"] = "hunter2";
  process.env["IRC_PASS"] = "hunter2";
  t.after(() => {
    delete process.env["SEABIRD_TOKEN"];
    delete process.env["IRC_PASS"];
  });
  const source = `
    import { writeFileSync } from "node:fs";
    writeFileSync("asked", JSON.stringify([process.argv.slice(2), process.env]));
    ${says({ kind: "plugin", components: [HELLO] })}`;
  await ask(source, "./hello.ts");
  const asked = await readFile(join(folder, "asked"), "utf8");
  assert.deepEqual(JSON.parse(asked)[0], ["./hello.ts", "--describe"]);
  assert.equal(asked.includes("hunter2"), false);
});

const WRONG: readonly (readonly [source: string, problem: string | RegExp])[] = [
  ["", "does not answer --describe with JSON"],
  ["console.log('hello')", "does not answer --describe with JSON"],
  ["console.log('3')", "answers --describe without its kind"],
  [says({ kind: "plugin" }), "exports no plugin"],
  [says({ kind: "backend", components: [] }), "exports no backend"],
  [says({ kind: "plugin", components: [HELLO, {}] }), "describes a component without a name"],
  ["throw new TypeError('no such thing')", "cannot be loaded: TypeError: no such thing"],
  ["import './nowhere.mjs'", /^cannot be loaded: Error \[ERR_MODULE_NOT_FOUND\]: /],
  ["const x = ;", /^cannot be loaded: SyntaxError: /],
  ["console.error('\\x1b[2Jboo'); process.exit(3)", "cannot be loaded: ␛[2Jboo"],
  [
    "console.error('Error: top\\n    at x.ts:1\\nseabird-plugin: /p/x.ts cannot be loaded: Error: top (x.ts:1)'); process.exit(1)",
    "cannot be loaded: Error: top (x.ts:1)",
  ],
  [
    "console.error('seabird-plugin: /p/x.ts exports no plugin; it needs a line'); process.exit(2)",
    "cannot be loaded: /p/x.ts exports no plugin; it needs a line",
  ],
  [
    "process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)",
    "cannot be loaded: SIGTERM",
  ],
  [
    "process.stdout.write('x'.repeat(1024 * 1024 + 1))",
    "answers --describe with more than 1048576 bytes",
  ],
];

test("what goes wrong is told in a line", async (t) => {
  const { ask } = await makeProjectFixture(t);
  for (const [source, problem] of WRONG) {
    const answer = await ask(source);
    assert.ok("problem" in answer, source);
    if (typeof problem === "string") assert.equal(answer.problem, problem, source);
    else assert.match(answer.problem, problem, source);
  }
});

test("one that does not answer is killed", async (t) => {
  const { ask } = await makeProjectFixture(t, 1_000);
  const answer = await ask("console.log(process.pid); setInterval(() => {}, 1000)");
  assert.deepEqual(answer, { problem: "does not answer --describe within 1 s" });
});

test("two at a time, each program once", async (t) => {
  const { folder, describe } = await makeProjectFixture(t);
  const script = join(folder, "counting.mjs");
  await writeFile(
    script,
    `import { appendFileSync } from "node:fs";
    appendFileSync("log", "+");
    setTimeout(() => { appendFileSync("log", "-"); ${says({ kind: "plugin", components: [HELLO] })} }, 50);`,
  );
  const names = ["a", "b", "c", "d", "a", "b"];
  await Promise.all(names.map((name) => describe({ script, args: [name] })));
  const log = await readFile(join(folder, "log"), "utf8");
  assert.equal(log.replaceAll("-", "").length, 4);
  let running = 0;
  for (const sign of log) {
    running += sign === "+" ? 1 : -1;
    assert.ok(running <= 2, log);
  }
});

test("one that cannot be started is told", async (t) => {
  const { folder } = await makeProjectFixture(t);
  const describe = describer(join(folder, "gone"));
  const answer = await describe({ script: "x.mjs", args: [] });
  assert.ok("problem" in answer && /^cannot be started: /.test(answer.problem));
});

test("of .env it gets all but Seabird's own names and what is withheld", async (t) => {
  const { folder, describe } = await makeProjectFixture(t);
  await writeFile(join(folder, ".env"), "MY_KEY=1\nOTHERS_PASSWORD=2\nIRC_PASS=3\n");
  const script = join(folder, "component.mjs");
  await writeFile(
    script,
    `import { writeFileSync } from "node:fs";
    writeFileSync("asked", JSON.stringify(process.env));
    ${says({ kind: "plugin", components: [HELLO] })}`,
  );
  await describe({ script, args: [] }, new Set(["OTHERS_PASSWORD"]));
  const { MY_KEY, OTHERS_PASSWORD, IRC_PASS } = JSON.parse(
    await readFile(join(folder, "asked"), "utf8"),
  );
  assert.deepEqual([MY_KEY, OTHERS_PASSWORD, IRC_PASS], ["1", undefined, undefined]);
});
