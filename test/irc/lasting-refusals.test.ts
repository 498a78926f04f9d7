/** A user name or nick that a real server refuses ends the program with 78; a wrong password is tried again later. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { runUntilEnd } from "../support/backend-program.ts";
import { startCore } from "../support/core.ts";
import { connectTo } from "../support/irc-connection-stage.ts";
import { startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { needPrograms } from "../support/servers.ts";

async function run(t: TestContext, port: number, settings: object) {
  const core = await startCore({}, t);
  const token = await core.token(["backend:irc/one"], "irc");
  const host = `irc://127.0.0.1:${port}`;
  return runUntilEnd(t, {
    type: "irc",
    core: { url: core.url, token },
    settings: { host, ...settings },
  });
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
      const { code, lastLine } = await run(t, server.port, { nick: "bird", user: "a~b" });
      assert.equal(code, 78, lastLine);
      assert.match(
        lastLine,
        /irc\/one: user.*the server does not allow the user name: .*(?:not valid|invalid user name)/i,
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
  const { code, lastLine } = await run(t, server.port, { nick: "bird" });
  assert.equal(code, 78, lastLine);
  assert.match(lastLine, /nick.*the server allows no nick like bird: 432/);
});
