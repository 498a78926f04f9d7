/** A backend as an author writes it, on a real core and a network of its own. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type TestContext, test } from "node:test";
import { bold, text } from "@seabird-chat/protocol";
import {
  connectPlugin,
  type PluginClient,
  type PluginEvent,
  SeabirdError,
} from "@seabird-chat/sdk";
import {
  createLog,
  type RunningBackend,
  type StartBackendOptions,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { campfire } from "../../examples/campfire.ts";
import { CampfireServer } from "../support/campfire-server.ts";
import { startCore, type TestCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const LOBBY = "campfire://test/lobby";

interface Stage {
  readonly core: TestCore;
  readonly server: CampfireServer;
  readonly backend: RunningBackend;
  readonly plugin: PluginClient;
  readonly log: readonly string[];
  /** The next event of the plugin's. */
  next(): Promise<PluginEvent>;
}

async function stage(
  t: TestContext,
  options: Partial<StartBackendOptions> = {},
  before: (server: CampfireServer) => void = () => undefined,
): Promise<Stage> {
  const core = await startCore({}, t);
  const server = await CampfireServer.start(t);
  before(server);
  const plugin = connectPlugin({ url: core.url, token: await core.token() });
  t.after(() => plugin.close());
  await plugin.ready();
  const log: string[] = [];
  const backend = startBackend(campfire, {
    id: "test",
    url: core.url,
    token: await core.token(["backend:campfire/test"]),
    config: { url: server.url, token: CampfireServer.token },
    log: createLog({ name: "campfire/test", stream: { write: (line) => log.push(line) } }),
    ...options,
    constants: { networkRetryMinMs: 1, networkRetryMaxMs: 20, ...options.constants },
  });
  t.after(() => backend.close());
  const events = plugin.events()[Symbol.asyncIterator]();
  const next = async () => {
    const { value } = await events.next();
    assert.ok(value);
    return value;
  };
  return { core, server, backend, plugin, log, next };
}

const channelsOf = async ({ plugin }: Stage) =>
  (await plugin.listChannels("campfire://test")).map(({ id }) => id);

async function refusedWith(words: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof SeabirdError);
    assert.equal(error.message, words);
    return true;
  });
}

test("what is said there becomes messages and commands; what plugins say is said there", async (t) => {
  const on = await stage(t);
  await on.backend.ready();
  await until("the lobby", async () => (await channelsOf(on)).length === 1);
  const info = await on.plugin.channelInfo(LOBBY);
  assert.deepEqual([info.displayName, info.topic], ["Lobby", "welcome"]);
  on.server.line("lobby", "ann", "hello");
  on.server.line("lobby", "ann", "!roll  2d6 ");
  const heard = [await on.next(), await on.next()];
  assert.deepEqual(
    heard.map((event) => [
      event.kind,
      event.kind === "command" ? `${event.command}|${event.arg}` : "text" in event && event.text,
    ]),
    [
      ["message", "hello"],
      ["command", "roll|2d6"],
    ],
  );
  await on.plugin.sendMessage(LOBBY, text`so ${bold("what")}`);
  assert.deepEqual(on.server.said, [{ to: "lobby", body: "so *what*" }]);
});

test("what it cannot or may not do is answered in words", async (t) => {
  const on = await stage(t);
  await on.backend.ready();
  await refusedWith("there is no room attic", on.plugin.sendMessage("campfire://test/attic", "x"));
  await refusedWith(
    "only owners may set the topic",
    on.plugin.updateChannelInfo(LOBBY, { topic: "x" }),
  );
  await on.plugin.joinChannel("campfire://test", "attic");
  assert.ok((await channelsOf(on)).includes("campfire://test/attic"));
  await on.plugin.leaveChannel(LOBBY, { exitMessage: "bye" });
  assert.deepEqual(await channelsOf(on), ["campfire://test/attic"]);
  const { metadata } = await on.plugin.backendInfo("campfire://test");
  assert.deepEqual(metadata, {
    capabilities: "message,action,private_message,private_action,join,leave,topic",
    command_prefix: "!",
    formats: "plain",
    network: "connected",
    user_ids: "unverified",
    version: metadata["version"],
  });
  assert.match(metadata["version"] ?? "", /^\d+\.\d+\.\d+/);
  // What the network refuses by an error that nobody called Refused is a fault worth a line.
  assert.equal(on.log.filter((line) => line.includes("a request failed")).length, 1);
});

test("a lost network is come back to, and channels that are not there any more are left", async (t) => {
  const on = await stage(t, { constants: { channelsBackMs: 500 } }, (server) => {
    server.rooms = [...server.rooms, { id: "attic", name: "Attic", topic: "" }];
  });
  await on.backend.ready();
  await until("both", async () => (await channelsOf(on)).length === 2);
  on.server.rooms = on.server.rooms.slice(0, 1);
  on.server.throwOut();
  await until("the second entry", () => on.server.entered === 2 && on.server.clients === 1);
  await until("the attic's end", async () => (await channelsOf(on)).length === 1);
  await on.plugin.sendMessage(LOBBY, "back");
  assert.deepEqual(on.server.said, [{ to: "lobby", body: "back" }]);
});

test("while the network is away requests are refused", async (t) => {
  const on = await stage(t);
  await on.backend.ready();
  await until("the lobby", async () => (await channelsOf(on)).length === 1);
  await on.server.close();
  await until("the loss", () => on.log.some((line) => line.includes("the network is away")));
  await refusedWith("campfire is not connected", on.plugin.sendMessage(LOBBY, "x"));
  const { metadata } = await on.plugin.backendInfo("campfire://test");
  assert.equal(metadata["capabilities"], "");
});

test("wrong settings are told all at once, before anything is connected", async (t) => {
  const core = await startCore({}, t);
  const backend = startBackend(campfire, {
    id: "test",
    url: core.url,
    token: await core.token(),
    config: { url: "no url" },
  });
  await assert.rejects(backend.ended(), /settings of campfire\/test: url: .*; token: /);
  assert.equal(core.core.broker.stats().backends, 0);
});

test("the guide shows the backend as it is", async () => {
  const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");
  const guide = await read("../../docs/backend-authors.md");
  const shown = [
    ["campfire", "import "],
    ["campfire-render", "export "],
    ["campfire.test", "test("],
  ] as const;
  for (const [name, from] of shown) {
    const source = await read(`../../examples/${name}.ts`);
    const code = source.slice(source.indexOf(from)).trim();
    assert.ok(guide.includes(code), `docs/backend-authors.md does not show ${name}.ts`);
  }
});
