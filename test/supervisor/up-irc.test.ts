/** `seabird up --irc`: a person on a real IRC server is answered by our plugins. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { makeCheckout, processesIn, SEABIRD } from "../support/checkout.ts";
import { IrcPerson } from "../support/irc-person.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { needPrograms } from "../support/servers.ts";

const PATIENCE_MS = 60_000;

test("!ping on IRC is answered, and SIGTERM ends everything in order", async (t) => {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return;
  const { folder, env } = await makeCheckout(t);
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const alice = await IrcPerson.connect(programs.ii, { port: server.port, nick: "alice" });
  t.after(() => alice.close());
  await alice.join("#test");
  const irc = ["--irc", `irc://${server.host}:${server.port}`, "--channel", "#test"];
  const args = [SEABIRD, "up", "--no-terminal", "--nick", "birdie", ...irc];
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  await alice.sees("#test", "birdie\\(.*has joined");
  await alice.types("#test", "!ping");
  await alice.sees("#test", "birdie> .*pong");
  child.kill("SIGTERM");
  const [code] = await once(child, "exit", { signal: AbortSignal.timeout(PATIENCE_MS) });
  assert.equal(code, 0);
  assert.deepEqual(processesIn(folder), []);
});
