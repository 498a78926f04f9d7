/** backend() on a real core: each promise of its contract, without any network behind it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bold, container, mention } from "@seabird-chat/protocol";
import { connectPlugin } from "@seabird-chat/sdk";
import {
  type BackendHost,
  backend,
  createLog,
  Fatal,
  live,
  Refused,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { z } from "zod";
import { ROOM, refused, stage, standing } from "../support/backend-stage.ts";
import { startCore } from "../support/core.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { until } from "../support/until.ts";

test("what it has no function for is Failed by its name, each kind in its own words", async (t) => {
  const { plugin, running } = await stage(t, { connect: standing });
  await running.ready();
  const user = "camp://test/ann";
  const rows: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["camp cannot send messages", () => plugin.sendMessage(ROOM, "x")],
    ["camp cannot perform actions", () => plugin.performAction(ROOM, "x")],
    ["camp cannot send private messages", () => plugin.sendPrivateMessage(user, "x")],
    ["camp cannot perform private actions", () => plugin.performPrivateAction(user, "x")],
    ["camp cannot join channels", () => plugin.joinChannel("camp://test", "x")],
    ["camp cannot leave channels", () => plugin.leaveChannel(ROOM)],
    ["camp cannot set topics", () => plugin.updateChannelInfo(ROOM, { topic: "x" })],
  ];
  for (const [words, call] of rows) await refused(words, call());
  const { metadata } = await plugin.backendInfo("camp://test");
  assert.equal(metadata["capabilities"], "");
});

test("a send has its target, kind, text, block, tags, id and times", async (t) => {
  const sent: unknown[] = [];
  const { plugin, running } = await stage(t, {
    sends: ["message", "private_action"],
    maxMessageBytes: 400,
    userIds: "verified",
    version: "7",
    commandPrefix: "?",
    connect: (host) => ({
      ...standing(),
      send: (to, { kind, text, block, tags, requestId, signal, receivedAtMs, deadlineMs }) => {
        assert.ok(requestId !== "" && !signal.aborted);
        assert.ok(Math.abs(host.clock.now() - receivedAtMs) < 5_000);
        assert.equal(Math.round(deadlineMs - receivedAtMs), 10_000);
        sent.push([to.kind, to.id, kind, text, block.inner.case, tags["url/skip"]]);
      },
      metadata: () => ({ nick: "ember", max_message_bytes: "300" }),
    }),
  });
  await running.ready();
  await plugin.sendMessage(ROOM, ["so ", bold("what")], { tags: { "url/skip": "1" } });
  await plugin.performPrivateAction("camp://test/ann", "waves");
  assert.deepEqual(sent, [
    ["channel", "room", "message", "so what", "container", "1"],
    ["user", "ann", "action", "waves", "text", undefined],
  ]);
  await refused("camp cannot perform actions", plugin.performAction(ROOM, "x"));
  const { metadata } = await plugin.backendInfo("camp://test");
  assert.deepEqual(metadata, {
    capabilities: "message,private_action",
    command_prefix: "?",
    formats: "plain",
    max_message_bytes: "300",
    network: "connected",
    nick: "ember",
    user_ids: "verified",
    version: "7",
  });
});

test("joins, leaves and topics are tracked, unless the network has told better", async (t) => {
  const { plugin, running, log } = await stage(t, {
    connect: ({ channels }) => ({
      ...standing(),
      join: (name) => {
        if (name === "told") return channels.joined({ id: name, topic: "by the network" });
        return { id: name, displayName: name.toUpperCase() };
      },
      leave: (id, reason) => {
        if (id === "told") throw new Refused(`you may not leave (${reason})`);
      },
      setTopic: (id, topic) => {
        if (topic === "") throw new TypeError("a fault");
        if (id === "told") channels.changed({ id, topic: topic.slice(0, 3) });
      },
    }),
  });
  await running.ready();
  const list = async () =>
    (await plugin.listChannels("camp://test")).map(({ displayName, topic }) => [
      displayName,
      topic,
    ]);
  await plugin.joinChannel("camp://test", "told");
  await plugin.joinChannel("camp://test", "room");
  await plugin.updateChannelInfo(ROOM, { topic: "long topic" });
  await plugin.updateChannelInfo("camp://test/told", { topic: "long topic" });
  assert.deepEqual(await list(), [
    ["ROOM", "long topic"],
    ["told", "lon"],
  ]);
  await refused(
    "you may not leave (bye)",
    plugin.leaveChannel("camp://test/told", { exitMessage: "bye" }),
  );
  await refused("a fault", plugin.updateChannelInfo(ROOM, { topic: "" }));
  await plugin.leaveChannel(ROOM);
  assert.deepEqual(await list(), [["told", "lon"]]);
  // What was thrown on purpose is no fault; what was not is one.
  const faults = log.filter((line) => line.includes("a request failed"));
  assert.equal(faults.length, 1);
  assert.match(faults[0] ?? "", /a fault/);
});

test("what is heard is recognised; what cannot be told is dropped and logged", async (t) => {
  let host: BackendHost | undefined;
  const { running, heard, log } = await stage(t, {
    connect: (given) => {
      host = given;
      host.self = { name: "ember", id: "9" };
      return standing();
    },
  });
  await running.ready();
  assert.ok(host !== undefined);
  const { emit } = host;
  const said = { channel: "room", user: { id: "7", displayName: "Ann" } };
  assert.equal(emit.message({ ...said, text: "hi" }), "message");
  const address = { ...said, block: container(["Ember: ", bold("look")]), tags: { a: "b" } };
  assert.equal(emit.message(address), "mention");
  assert.equal(emit.message({ ...said, text: "!roll 2d6" }), "command");
  emit.plainMessage({ ...said, text: "!roll 2d6" });
  emit.privateMessage({ user: "ann", text: "!roll" });
  emit.privateAction({ user: "ann", text: "waves" });
  emit.action({ ...said, text: "waves" });
  emit.command({ ...said, command: "own", arg: "" });
  const bad: Parameters<typeof emit.message>[0][] = [
    { channel: "", user: "ann", text: "x" },
    { channel: "room", user: "", text: "x" },
    { channel: "room", user: "ann" },
    JSON.parse('{"channel":"room","user":"ann","text":7}'),
    JSON.parse('{"channel":"room","text":"x"}'),
  ];
  for (const each of bad) emit.message(each);
  assert.equal(
    emit.message({ ...said, block: container([mention({ userId: "9" }), " you"]) }),
    "mention",
  );
  emit.mention({ ...said, text: "last" });
  await until("the last", () => heard.length === 10);
  assert.deepEqual(
    heard.map((event) => [
      event.kind,
      event.kind === "command" ? event.command : "text" in event ? event.text : "",
    ]),
    [
      ["message", "hi"],
      ["mention", "look"],
      ["command", "roll"],
      ["message", "!roll 2d6"],
      ["privateMessage", "!roll"],
      ["privateAction", "waves"],
      ["action", "waves"],
      ["command", "own"],
      ["mention", "you"],
      ["mention", "last"],
    ],
  );
  const addressed = heard[1];
  assert.ok(addressed?.kind === "mention" && addressed.user.displayName === "Ann");
  assert.equal(addressed.tags["a"], "b");
  assert.equal(addressed.rootBlock?.inner.case, "container");
  assert.equal(log.filter((line) => line.includes("is not valid")).length, bad.length);
});

test("connect and closed may fail as often as they like: it is tried again, never twice at once", async (t) => {
  const lost: (() => void)[] = [];
  const hosts: BackendHost[] = [];
  let open = 0;
  let tries = 0;
  const { running, heard, plugin } = await stage(t, {
    connect: (host) => {
      tries++;
      if (tries % 3 === 1) throw new Error("connection refused");
      hosts.push(host);
      open++;
      assert.equal(open, 1);
      const { promise, reject, resolve } = Promise.withResolvers<void>();
      // One that ends well has ended too.
      lost.push(tries % 2 === 0 ? () => reject(new Error("reset")) : () => resolve());
      return { closed: promise, close: () => open--, send: () => undefined };
    },
  });
  await running.ready();
  assert.equal(tries, 2);
  for (let round = 1; round <= 4; round++) {
    const [first] = hosts.slice(-1);
    lost.at(-1)?.();
    await until("the next one", () => hosts.length === round + 1 && open === 1);
    assert.ok(first?.signal.aborted);
    // A listener that somebody forgot tells nothing any more.
    first?.emit.message({ channel: "room", user: "ghost", text: "boo" });
  }
  await until("it answers", () =>
    plugin.sendMessage(ROOM, "x").then(
      () => true,
      () => false,
    ),
  );
  hosts.at(-1)?.emit.message({ channel: "room", user: "ann", text: "hi" });
  await until("a message", () => heard.some((event) => event.kind === "message"));
  assert.ok(
    !JSON.stringify(heard.map((event) => event.kind === "message" && event.text)).includes("boo"),
  );
});

test("requests while the network is away fail at once, and what hangs is left behind", async (t) => {
  let closes = 0;
  const { plugin, running, log } = await stage(t, {
    connectTimeoutMs: 50,
    connect: ({ signal }) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () =>
          resolve({ closed: new Promise(() => undefined), close: () => closes++ }),
        );
      }),
  });
  await until("a second try", () => log.filter((line) => line.includes("within 50 ms")).length > 1);
  await refused("camp is not connected", plugin.sendMessage(ROOM, "x"));
  // Those that came too late were closed.
  await until("their end", () => closes > 0);
  await running.close();
});

test("leaving closes the network first, within its time, and ends well", async (t) => {
  const order: string[] = [];
  const { core, running } = await stage(
    t,
    {
      connect: (host) => ({
        closed: new Promise(() => undefined),
        close: () => {
          order.push(`close ${core.core.broker.stats().backends} ${host.signal.aborted}`);
          return new Promise(() => undefined);
        },
      }),
    },
    { constants: { networkCloseMs: 50 } },
  );
  await running.ready();
  await Promise.all([running.close(), running.close()]);
  await running.ended();
  assert.deepEqual(order, ["close 1 true"]);
  await until("core to know", () => core.core.broker.stats().backends === 0);
});

test("host.leave() waits for its turn, then ends well; a Fatal ends with its words", async (t) => {
  const turn = Promise.withResolvers<void>();
  const left = await stage(
    t,
    {
      connect: (host) => {
        void host.core.ready().then(() => host.leave());
        return standing();
      },
    },
    { onLeaving: () => turn.promise },
  );
  await left.running.ready();
  turn.resolve();
  await left.running.ended();
  const fatal = await stage(t, {
    connect: () => ({ closed: Promise.reject(new Fatal("banned")), close: () => undefined }),
  });
  await assert.rejects(fatal.running.ended(), { name: "Fatal", message: "banned" });
  let tries = 0;
  const wrong = await stage(t, {
    connect: () => {
      tries++;
      throw new Fatal("wrong password", { setting: "sasl.password" });
    },
  });
  await assert.rejects(wrong.running.ready(), {
    name: "SettingsError",
    message: "settings of camp/test: sasl.password: wrong password",
  });
  assert.equal(tries, 1);
});

test("after a reconnect the rooms that were not joined again are left, at the latest when told so", async (t) => {
  const rounds = [["room", "attic"], ["room"], ["room", "cellar"]];
  let lose = () => {};
  let round = 0;
  const hosts: BackendHost[] = [];
  const { plugin, running } = await stage(
    t,
    {
      connect: (host) => {
        hosts.push(host);
        for (const id of rounds[round] ?? []) host.channels.joined({ id });
        const { promise, reject } = Promise.withResolvers<never>();
        lose = () => {
          round++;
          reject(new Error("reset"));
        };
        return { closed: promise, close: () => undefined };
      },
    },
    { constants: { channelsBackMs: 3_600_000 } },
  );
  await running.ready();
  const ids = async () =>
    (await plugin.listChannels("camp://test")).map(({ displayName }) => displayName);
  assert.deepEqual(await ids(), ["attic", "room"]);
  lose();
  await until("the second", () => hosts.length === 2);
  // Until it is known they may still come.
  assert.deepEqual(await ids(), ["attic", "room"]);
  hosts[1]?.channels.settled();
  await until("the attic's end", async () => (await ids()).length === 1);
  lose();
  await until("the third", () => hosts.length === 3);
  hosts[1]?.channels.left("room");
  hosts[2]?.channels.settled();
  await until("the cellar", async () => (await ids()).includes("cellar"));
  assert.deepEqual(await ids(), ["cellar", "room"]);
  assert.equal(hosts[2]?.channels.get("room")?.id, "room");
});

test("core away: the channels are told again, and what was said is sent when it is back", async (t) => {
  const core = await startCore({}, t);
  const road = await TcpProxy.start(core.port, t);
  let host: BackendHost | undefined;
  const running = startBackend(
    backend("camp", {
      connect: (given) => {
        host = given;
        host.channels.joined({ id: "room", displayName: "Room", topic: "tea" });
        return standing();
      },
    }),
    {
      id: "test",
      url: road.url,
      token: await core.token(),
      retryMinMs: 1,
      retryMaxMs: 20,
      constants: { maxSpooledCommandMs: 1 },
      log: createLog({ name: "x", stream: { write: () => undefined } }),
    },
  );
  t.after(() => running.close());
  const plugin = connectPlugin({ url: core.url, token: await core.token() });
  t.after(() => plugin.close());
  await Promise.all([running.ready(), plugin.ready()]);
  assert.ok(host !== undefined);
  const { emit, channels, clock } = host;
  const states = host.core.states()[Symbol.asyncIterator]();
  road.refuses = true;
  road.dropAll();
  while ((await states.next()).value?.state !== "waiting");
  channels.joined({ id: "late" });
  emit.message({ channel: "room", user: "ann", text: "kept" });
  emit.command({ channel: "room", user: "ann", command: "stale", arg: "" });
  const sinceMs = clock.now();
  await until("the command to be stale", () => clock.now() - sinceMs > 5);
  road.refuses = false;
  emit.message({ channel: "room", user: "ann", text: "last" });
  const events: string[] = [];
  for await (const event of plugin.events()) {
    events.push(event.kind === "message" ? event.text : event.kind);
    if (events.at(-1) === "last") break;
  }
  assert.deepEqual(events, ["kept", "last"]);
  const list = await plugin.listChannels("camp://test");
  assert.deepEqual(
    list.map(({ id, topic }) => [id, topic]),
    [
      ["camp://test/late", ""],
      [ROOM, "tea"],
    ],
  );
});

test("new settings are taken by reconfigure, or not at all", async (t) => {
  const config = z.object({ rooms: live(z.array(z.string())).default([]) });
  const taken: unknown[] = [];
  const { running } = await stage(
    t,
    {
      config,
      connect: (host) => ({
        ...standing(),
        reconfigure: (next) => {
          assert.equal(host.config, next);
          if (next.rooms.includes("bad")) throw new Refused("no such room");
          taken.push(next);
        },
      }),
    },
    { config: { rooms: ["a"] } },
  );
  await running.ready();
  await running.reconfigure({ rooms: ["a"] });
  await running.reconfigure({ rooms: ["b"] });
  assert.deepEqual(taken, [{ rooms: ["b"] }]);
  await assert.rejects(running.reconfigure({ rooms: [1] }), { name: "SettingsError" });
  await assert.rejects(running.reconfigure({ rooms: ["bad"] }), /no such room/);
  const fixed = await stage(t, { config, connect: standing }, { config: { rooms: ["a"] } });
  await fixed.running.ready();
  await fixed.running.reconfigure({ rooms: ["a"] });
  await assert.rejects(fixed.running.reconfigure({ rooms: ["b"] }), {
    code: "failed_precondition",
    message: "camp takes new settings by a restart only",
  });
  let seen: unknown;
  const away = await stage(t, {
    config,
    connect: (host) => {
      seen = host.config;
      throw new Error("down");
    },
  });
  await until("a pause", () =>
    away.running.reconfigure({ rooms: ["c"] }).then(
      () => true,
      () => false,
    ),
  );
  await until("the next try", () => JSON.stringify(seen) === '{"rooms":["c"]}');
});
