/** What a homeserver hands over from where the backend stopped: old commands are messages, the rest as usual. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { backendbed } from "@seabird-chat/testkit";
import { matrixBackend } from "../../backends/matrix/src/backend.ts";
import { ALIAS, ScriptedServer, TOKEN } from "../../backends/matrix/test/scripted-server.ts";

test("a command that is older than 30 s is a message, with its time", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const folder = await mkdtemp(join(tmpdir(), "seabird-history-"));
  t.after(() => rm(folder, { recursive: true }));
  const state_file = join(folder, "state.json");
  const config = { homeserver: server.url, access_token: TOKEN, channels: [ALIAS], state_file };
  const start = async () => {
    const bed = await backendbed({ backend: matrixBackend, config });
    t.after(() => bed.close());
    return bed;
  };
  await (await start()).close();
  const said = (body: string, age: number) => ({
    ...server.event({ msgtype: "m.text", body }),
    unsigned: { age },
  });
  server.says(said("!roll 1", 31_000), said("!roll 2", 29_000), said("hi", 3_600_000));
  const bed = await start();
  await bed.until("the events", () => bed.events.length === 3);
  assert.deepEqual(
    bed.events.map(({ kind, text, command }) => [kind, text, command]),
    [
      ["message", "!roll 1", ""],
      ["command", "", "roll"],
      ["message", "hi", ""],
    ],
  );
  // A server of another place may have another clock; live, a command is a command.
  server.says(said("!roll 3", 90_000));
  await bed.until("the command", () => bed.events.length === 4);
  assert.equal(bed.events.at(-1)?.kind, "command");
  await bed.close();
});

test("a position that the server does not know is given up, and that is told", async (t) => {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  const bed = await backendbed({
    backend: matrixBackend,
    config: { homeserver: server.url, access_token: TOKEN, channels: [ALIAS] },
  });
  t.after(() => bed.close());
  let refused = 0;
  server.script = ({ path, query }) => {
    if (path !== "v3/sync" || query.get("since") === null || refused > 0) return undefined;
    refused++;
    return { status: 400, json: { errcode: "M_UNKNOWN", error: "Invalid stream token" } };
  };
  server.drop();
  await bed.until("the refusal", () => {
    bed.clock.pass(100);
    return refused > 0;
  });
  await bed.until(
    "the log",
    () => bed.log.find("does not know where the bot stopped") !== undefined,
  );
  server.says(server.event({ msgtype: "m.text", body: "and on it goes" }));
  await bed.until("the next message", () => bed.events.length === 1);
});
