/** What a real server refuses for good ends the program with 78, by the setting; a password is tried again, slowly. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { suite, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startCore } from "../support/core.ts";
import { connectTo } from "../support/irc-connection-stage.ts";
import { startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { needPrograms } from "../support/servers.ts";

const PROGRAM = fileURLToPath(
  new URL("../../backends/irc/bin/seabird-backend-irc.js", import.meta.url),
);

/** As a supervisor starts it; resolves when it has ended. */
async function run(t: TestContext, port: number, settings: object) {
  const core = await startCore({}, t);
  const token = await core.token(["backend:irc/one"], "irc");
  const child = spawn(process.execPath, [PROGRAM, "--bootstrap-fd", "0"], {
    ...{ cwd: "/", env: { PATH: process.env["PATH"] }, stdio: "pipe" },
  });
  t.after(() => child.kill("SIGKILL"));
  const host = `irc://127.0.0.1:${port}`;
  const bootstrap = { url: core.url, token, id: "one", settings: { host, ...settings } };
  child.stdin.end(`${JSON.stringify(bootstrap)}\n`);
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code, said: errors.trim().split("\n").at(-1) ?? "" };
}

async function startServer(
  t: TestContext,
  kind: IrcServerKind,
  options: { readonly extra?: string; readonly password?: string } = {},
) {
  const programs = needPrograms(t, kind);
  if (programs === undefined) return undefined;
  const server = await (kind === "inspircd" ? startInspircd : startNgircd)(programs[kind], options);
  t.after(() => server.close());
  return server;
}

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("a user name that it does not allow", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const { code, said } = await run(t, server.port, { nick: "bird", user: "a~b" });
      assert.equal(code, 78, said);
      assert.match(
        said,
        /irc\/one.*user.*the server does not allow the user name: .*not valid|user.*Invalid user name/i,
      );
    });

    test("a wrong password is tried again, but not soon", async (t) => {
      const server = await startServer(t, kind, { password: "sesame" });
      if (server === undefined) return;
      const stage = connectTo(t, { port: server.port, password: "wrong" });
      const lost = await stage.status("lost");
      assert.match(lost.reason, /password|access denied/i);
      assert.ok(lost.retryInMs >= 30_000, `${lost.retryInMs}`);
    });
  });
}

test("inspircd: a nick of which it allows no form", async (t) => {
  const extra = '<badnick nick="*" reason="Nobody may">';
  const server = await startServer(t, "inspircd", { extra });
  if (server === undefined) return;
  const { code, said } = await run(t, server.port, { nick: "bird" });
  assert.equal(code, 78, said);
  assert.match(said, /nick.*the server allows no nick like bird: 432/);
});
