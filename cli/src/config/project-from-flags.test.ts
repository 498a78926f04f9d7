/** `seabird up` without a file: flags over the environment, over defaults. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Describe, Description } from "./describe-component.ts";
import { type ProjectFromFlags, projectFromFlags } from "./project-from-flags.ts";
import { answer, makeProjectFixture, PROGRAMS } from "./test/project-fixture.ts";

const FLAGS: ProjectFromFlags = { channel: [], plugin: ["help", "ping"], terminal: true };
const ENV = { IRC_PASS: "hush", IRC_NICK: "birdie", DATABASE_URL: "sqlite:tokens.db" };

const TERMINAL: Description = {
  kind: "backend",
  components: [{ name: "terminal", type: "terminal", commands: {}, settings: {} }],
};
const describe: Describe = async (program) =>
  program.script === "terminal" ? TERMINAL : await answer(program);

async function read(t: TestContext, flags: Partial<ProjectFromFlags> = {}, dotEnv = "") {
  const { folder } = await makeProjectFixture(t);
  writeFileSync(join(folder, ".env"), dotEnv);
  const sources = { folder, env: ENV, programs: PROGRAMS, describe };
  return await projectFromFlags({ ...FLAGS, ...flags }, sources);
}

test("core, a chat room and plugins, in a folder without a file", async (t) => {
  const { file, components, core } = await read(t);
  assert.equal(file, undefined);
  assert.deepEqual(
    components.map(({ name, kind, scopes }) => [name, kind, ...scopes]),
    [
      ["terminal/local", "backend", "backend:terminal/local", "read"],
      ["help", "plugin", "plugin"],
      ["ping", "plugin", "plugin"],
    ],
  );
  assert.partialDeepStrictEqual(core, { kind: "own", env: { DATABASE_URL: "sqlite:tokens.db" } });
  const { components: without } = await read(t, { terminal: false });
  assert.ok(without.every(({ kind }) => kind === "plugin"));
});

test("IRC only if it is asked for: its flags, then its environment", async (t) => {
  const irc = async (flags: Partial<ProjectFromFlags>, dotEnv?: string) =>
    (await read(t, { irc: "irc://host", ...flags }, dotEnv)).components[0];
  assert.partialDeepStrictEqual(await irc({ channel: ["#x", "#y"] }), {
    name: "irc/seabird",
    scopes: ["backend:irc/seabird"],
    settings: { host: "irc://host", channels: ["#x", "#y"], nick: "birdie", password: "hush" },
  });
  assert.equal((await irc({ nick: "other" }))?.settings["nick"], "other");
  assert.equal((await irc({}, "IRC_ID=libera"))?.name, "irc/libera");
});

const WRONG: readonly (readonly [flags: Partial<ProjectFromFlags>, says: RegExp])[] = [
  [{ nick: "x" }, /belong to --irc/],
  [{ channel: ["#x"] }, /belong to --irc/],
  [{ irc: "http://irc.example.org" }, /no IRC server/],
  [{ plugin: ["../evil"] }, /no plugin's name/],
  [{ plugin: ["pong"] }, /problem in the configuration:\n {2}plugins\.pong: no such plugin/],
];

for (const [flags, says] of WRONG) {
  test(`wrong flags: ${JSON.stringify(flags)}`, async (t) => {
    await assert.rejects(read(t, flags), says);
  });
}

test("a file that has come meanwhile is not mixed with flags", async (t) => {
  const { folder } = await makeProjectFixture(t);
  writeFileSync(join(folder, "seabird.yaml"), "plugins: {}\n");
  await assert.rejects(projectFromFlags(FLAGS, { folder }), /now there is one/);
});
