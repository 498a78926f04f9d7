/** Revoking the last token with the scope admin: asked before, and the printed way back works as typed. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { cleanEnv, makeCheckout, SEABIRD } from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";
import { runCli } from "../support/run-cli.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";

const shell = promisify(execFile);

/** The command that stands in the advice. */
function adviceIn(text: string): string {
  return /Next: .*`(.*token create.*)`/.exec(text)?.[1] ?? assert.fail(text);
}

async function startProject(t: TestContext, core: string) {
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  writeFileSync(
    join(checkout.folder, "seabird.yaml"),
    `core: { listen: 127.0.0.1:0${core} }\nplugins: { ping: }\n`,
  );
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "ping");
  return { project, env, folder: checkout.folder };
}

test("without a terminal it is refused unless --yes; then the advice works, typed as it is", async (t) => {
  const { project, env, folder } = await startProject(t, "");
  const refused = await project.cli(["token", "revoke", "admin"]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.err,
    /is the last token with the scope admin; nothing was done\n.*add --yes/,
  );
  assert.equal((await project.cli(["token", "list"])).code, 0);

  const revoked = await project.cli(["token", "revoke", "admin", "--yes"]);
  assert.equal(revoked.code, 0, revoked.err);
  const lost = await project.cli(["token", "list"]);
  assert.equal(lost.code, 4);
  assert.match(adviceIn(lost.err), /token create NAME --scope SCOPE --offline$/);
  await shell("sh", ["-c", adviceIn(revoked.err)], { cwd: folder, env });
  const again = await project.cli(["token", "list", "--json"]);
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(
    JSON.parse(again.out).tokens.map(({ name }: { name: string }) => name),
    ["admin", "ping"],
  );
  // One of two is no last one.
  await project.cli(["token", "create", "other", "--scope", "admin"]);
  assert.equal((await project.cli(["token", "revoke", "other"])).code, 0);
});

test("--offline means the database of the project, from a folder below too", async (t) => {
  const { project, env, folder } = await startProject(t, ', database_url: "sqlite:my.db"');
  const below = join(folder, "bots");
  mkdirSync(below);
  const made = await runCli(["token", "create", "boss", "--scope", "admin", "--offline"], {
    cwd: below,
    env,
  });
  assert.equal(made.code, 0, made.err);
  const list = await project.cli(["token", "list", "--token", made.out.trim()], below);
  assert.equal(list.code, 0, list.err);
});

test("a person is asked, and no is the answer that is offered", async (t) => {
  const { folder, env } = await makeCheckout(t);
  const cli = (...args: string[]) => runCli(["token", ...args, "--offline"], { cwd: folder, env });
  await cli("create", "admin", "--scope", "admin");
  const args = [process.execPath, SEABIRD, "token", "revoke", "admin", "--offline"];
  for (const [typed, code] of [
    ["\r", 130],
    ["y", 0],
  ] as const) {
    const person = new PtyProgram(args, { cwd: folder, env: cleanEnv() }, t);
    await person.untilShown("Revoke it?");
    person.type(typed);
    assert.equal(await person.ended(), code, person.shown);
  }
});
