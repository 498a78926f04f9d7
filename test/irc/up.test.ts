/** `seabird up --irc`: one command, and a person on IRC is answered. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { IrcPerson } from "../support/irc-person.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { needPrograms } from "../support/servers.ts";

const SEABIRD = fileURLToPath(new URL("../../cli/bin/seabird.js", import.meta.url));

test("seabird up --irc irc://… --channel '#test'", async (t) => {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const alice = await IrcPerson.connect(programs.ii, { port: server.port, nick: "alice" });
  t.after(() => alice.close());
  await alice.join("#test");
  const cwd = await mkdtemp(join(tmpdir(), "seabird-up-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));

  const args = [SEABIRD, "up", "--irc", `irc://127.0.0.1:${server.port}`, "--channel", "#test"];
  const up = spawn(process.execPath, args, { cwd, stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(up, "exit");
  t.after(async () => {
    up.kill("SIGTERM");
    await ended;
  });
  await alice.sees("#test", "seabird\\(.* has joined");
  await alice.types("#test", "!help");
  await alice.sees("#test", "<seabird> alice: .*ping");
  await alice.types("#test", "!ping");
  await alice.sees("#test", "<seabird> alice: pong");
  up.stdin.end();
  assert.deepEqual(await ended, [0, null]);
  await alice.sees("", "seabird.* has quit");
});
