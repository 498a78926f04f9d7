/** The manual's table of what networks can do agrees with what real IRC servers offer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { INSPIRCD, NGIRCD } from "../../scripts/checks/network-features.ts";
import {
  type BackendCapabilities,
  FEATURES,
  type Feature,
} from "../../sdk/src/backend/capabilities.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { IRCV3_MODULES, startInspircd, startNgircd } from "../support/irc-servers.ts";
import { BACKEND, heardOf } from "../support/irc-stage.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

const ROWS = [
  ["inspircd", startInspircd, INSPIRCD],
  ["ngircd", startNgircd, NGIRCD],
] as const;

for (const [kind, start, table] of ROWS) {
  test(`${kind}, once a message was heard`, async (t) => {
    const programs = needPrograms(t, kind);
    if (programs === undefined) return;
    const extra = kind === "inspircd" ? IRCV3_MODULES : "";
    const server = await start(programs[kind], { extra });
    t.after(() => server.close());
    const { core, actions, heard } = await startEar(t);
    await startBot(t, core, server);
    const alice = await RawIrcClient.connect(server.port, "alice");
    t.after(() => alice.close());
    alice.say("PRIVMSG seabird :hello");
    await heardOf(heard, "privateMessage");
    await actions.sendPrivateMessage(`${BACKEND}/alice`, "hi");
    const { features } = (await actions.backendInfo(BACKEND)).capabilities;
    assert.deepEqual(features, toWire(table));
  });
}

function toWire(capabilities: BackendCapabilities): object {
  const names = Object.keys(FEATURES) as Feature[];
  const there = names.filter((name) => (capabilities[name] ?? "none") !== "none");
  return Object.fromEntries(there.map((name) => [FEATURES[name], capabilities[name]]));
}
