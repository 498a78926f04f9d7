/** Many channels on a real server: refusals do not delay messages, and what is open is joined soon. */
import assert from "node:assert/strict";
import { suite, type TestContext, test } from "node:test";
import { channel, connectTo } from "../support/irc-connection-stage.ts";
import { type IrcServer, startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

const SHUT = Array.from({ length: 24 }, (_, at) => `#shut${at}`);
const OPEN = Array.from({ length: 18 }, (_, at) => `#open${at}`);

/** A server on which nobody may join the channels `SHUT`. */
async function startServer(t: TestContext, kind: IrcServerKind): Promise<IrcServer | undefined> {
  const programs = needPrograms(t, kind);
  if (programs === undefined) return undefined;
  if (kind === "ngircd") {
    const extra = SHUT.map((name) => `[Channel]\nName = ${name}\nModes = +i\n`).join("");
    const server = await startNgircd(programs[kind], { extra });
    t.after(() => server.close());
    return server;
  }
  const extra = '<channels users="100" opers="100">';
  const server = await startInspircd(programs[kind], { extra });
  t.after(() => server.close());
  const op = await RawIrcClient.connect(server.port, "op");
  t.after(() => op.close());
  op.say(...SHUT.flatMap((name) => [`JOIN ${name}`, `MODE ${name} +i`]));
  await op.hears(/MODE #shut23 :?[+]i/);
  return server;
}

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, { concurrency: 2 }, () => {
    test("what is sent after a refusal is confirmed in time", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const channels = ["#open0", ...SHUT].map((name) => channel(name));
      const { connection, status } = connectTo(t, { port: server.port, channels });
      for (let count = 1; count <= 4; count++) {
        await status("join_refused", count);
        const outcome = await connection.request({
          id: `r${count}`,
          target: "#open0",
          lines: [`PRIVMSG #open0 :${count}`],
          success: { kind: "sent" },
          arrivedAtMs: performance.now(),
        });
        assert.equal(outcome, undefined);
      }
    });

    test("channels that are open are joined in few lines", async (t) => {
      const server = await startServer(t, kind);
      if (server === undefined) return;
      const channels = OPEN.map((name) => channel(name));
      const { status, lines } = connectTo(t, { port: server.port, channels });
      const { joined, untried } = await status("settled");
      assert.deepEqual([joined, untried], [OPEN.length, 0]);
      const joins = lines.filter((line) => line.startsWith("> JOIN"));
      assert.ok(joins.length <= 5, joins.join("\n"));
    });
  });
}
