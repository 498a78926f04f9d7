/** `seabird token create` and `token revoke` ask a person at a terminal for what is missing. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cleanEnv, SEABIRD } from "../support/checkout.ts";
import { startCore } from "../support/core.ts";
import { PtyProgram } from "../support/pty.ts";

const ENTER = "\r";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";
const CTRL_C = "\x03";

async function stage(t: TestContext) {
  const core = await startCore({}, t);
  const cwd = await mkdtemp(join(tmpdir(), "seabird-prompts-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const admin = await core.token(["admin"], "operator");
  const env = { ...cleanEnv(), SEABIRD_HOST: core.url, SEABIRD_TOKEN: admin };
  const ask = (...args: string[]) =>
    new PtyProgram([process.execPath, SEABIRD, "token", ...args], { cwd, env }, t);
  const tokens = async () =>
    (await core.core.tokens.list()).filter(({ name }) => name !== "operator");
  return { core, ask, tokens };
}

test("create asks for a name and a scope", async (t) => {
  const { ask, tokens } = await stage(t);
  const person = ask("create", "--expires", "30d");
  await person.untilShown("Who will use the token?");
  person.type(ENTER);
  await person.untilShown("a name, please");
  person.type(`mybot${ENTER}`);
  await person.untilShown("What may it do?");
  person.type(`${DOWN}${DOWN}${ENTER}`);
  await person.untilShown("Which one?");
  person.type(ENTER);
  await person.untilShown(/sbd_[\w-]{43}/);
  assert.equal(await person.ended(), 0);
  const [token] = await tokens();
  assert.partialDeepStrictEqual(token, { name: "mybot", scopes: ["backend:irc/*"] });
});

test("create asks what a plugin may do besides", async (t) => {
  const { ask, tokens } = await stage(t);
  const person = ask("create", "bridge");
  await person.untilShown("What may it do?");
  person.type(ENTER);
  await person.untilShown("What besides?");
  person.type(` ${DOWN} ${ENTER}`);
  await person.untilShown(/sbd_[\w-]{43}/);
  assert.equal(await person.ended(), 0);
  const [token] = await tokens();
  assert.deepEqual(token?.scopes, ["plugin", "persona", "mention-everyone"]);
});

test("create asks only for what is missing; Ctrl-C makes nothing, exit code 130", async (t) => {
  const { ask, tokens } = await stage(t);
  const person = ask("create", "mybot");
  await person.untilShown("What may it do?");
  assert.doesNotMatch(person.shown, /Who will use/);
  person.type(CTRL_C);
  assert.equal(await person.ended(), 130);
  assert.match(person.shown, /nothing was done/);
  assert.deepEqual(await tokens(), []);
});

test("revoke offers the tokens, and asks whether it is meant", async (t) => {
  const { core, ask, tokens } = await stage(t);
  await core.token(["plugin"], "victim");
  const names = async () => (await tokens()).map(({ name }) => name);
  for (const { sure, code, left } of [
    { sure: `${LEFT}n`, code: 130, left: ["victim"] },
    { sure: "y", code: 0, left: [] },
  ]) {
    const person = ask("revoke");
    await person.untilShown("Which token shall end?");
    person.type(`${DOWN}${ENTER}`);
    await person.untilShown("Revoke it?");
    person.type(sure);
    assert.equal(await person.ended(), code, person.shown);
    assert.deepEqual(await names(), left);
  }
});
