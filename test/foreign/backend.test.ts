/** Foreign clients as backends: Hello, channels, events, requests and the ends of streams. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventInit } from "./client.ts";
import { startCoreProcess } from "./core-process.ts";
import { eventually } from "./deadline.ts";
import { foreignProgram, LANGUAGES } from "./programs.ts";
import {
  accepted,
  backendIds,
  gone,
  nextEvent,
  nextRequest,
  opened,
  playAll,
  type Scene,
  stageOf,
} from "./stage.ts";

const hello: Scene = {
  name: "says Hello, has its stream's headers at once, and is listed",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const silent = backend.ingest();
    await silent.headers();
    const stream = await accepted(backend, plugin, "irc", "hello");
    const { response } = await plugin.call("listBackends", {});
    assert.deepEqual(response, { backends: [{ id: "irc://hello", type: "irc" }] });
    stream.cancel();
    assert.equal((await stream.end()).code, 1);
    await gone(plugin, "irc://hello");
    silent.cancel();
  },
};

const tracks: Scene = {
  name: "announces its channels, changes and leaves them",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const stream = await accepted(backend, plugin, "irc", "tracks");
    const channels = (wanted: unknown) =>
      eventually(
        () => plugin.call("listChannels", { backendId: "irc://tracks" }),
        ({ response }) => JSON.stringify(response) === JSON.stringify(wanted),
        `the channels are ${JSON.stringify(wanted)}`,
      );
    const say = (inner: EventInit["inner"]) => stream.push({ inner } as EventInit);
    say({ case: "joinChannel", value: { channelId: "#b", displayName: "B", topic: "t" } });
    say({ case: "joinChannel", value: { channelId: "#a", displayName: "A", topic: "" } });
    const a = { id: "irc://tracks/%23a", displayName: "A" };
    await channels({ channels: [a, { id: "irc://tracks/%23b", displayName: "B", topic: "t" }] });
    say({ case: "changeChannel", value: { channelId: "#b", displayName: "", topic: "" } });
    say({ case: "changeChannel", value: { channelId: "#unknown", displayName: "U", topic: "" } });
    await channels({ channels: [a, { id: "irc://tracks/%23b" }] });
    say({ case: "leaveChannel", value: { channelId: "#a" } });
    say({ case: "leaveChannel", value: { channelId: "#b" } });
    await channels({});
  },
};

const speaks: Scene = {
  name: "speaks, and every plugin hears it in order",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const events = await opened(plugin);
    const stream = await accepted(backend, plugin, "irc", "speaks");
    const user = { id: "ana", displayName: "Ana" };
    const source = { channelId: "#c", user };
    for (let at = 0; at < 200; at += 1) {
      const value = { source, command: "count", arg: String(at) };
      stream.push({ inner: { case: "command", value }, tags: { at: String(at) } });
    }
    const absolute = {
      channelId: "irc://speaks/%23c",
      user: { id: "irc://speaks/ana", displayName: "Ana" },
    };
    for (let at = 0; at < 200; at += 1) {
      assert.deepEqual(await nextEvent(events), {
        command: { source: absolute, command: "count", arg: String(at) },
        tags: { at: String(at) },
      });
    }
    // What it may not do, or core does not know, costs it that one event only.
    stream.push({ inner: { case: "success", value: {} } });
    stream.push({ id: "unheard-of", inner: { case: "failed", value: { reason: "x" } } });
    stream.push({ inner: { case: "joinChannel", value: {} } });
    stream.push({});
    stream.push({ inner: { case: "privateMessage", value: { source: user, text: "still here" } } });
    const { privateMessage } = await nextEvent(events);
    assert.equal((privateMessage as { text: string }).text, "still here");
  },
};

const serves: Scene = {
  name: "is asked, and its answers are the callers' results",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const stream = await accepted(backend, plugin, "irc", "serves");
    const channelId = "irc://serves/#c";
    const said = plugin.call("sendMessage", { channelId, text: "ä", tags: { mood: "good" } });
    const send = await nextRequest(stream);
    assert.notEqual(send.id, "");
    assert.deepEqual(send.request, {
      sendMessage: {
        channelId: "#c",
        text: "ä",
        rootBlock: { plain: "ä", text: { text: "ä" } },
        tags: { mood: "good", "core/original-format": "text" },
      },
    });
    stream.push({ id: send.id, inner: { case: "success", value: {} } });
    const { code, response: sent } = await said;
    const { result } = sent as { result: { sequence: string } };
    assert.match(result.sequence, /^[1-9][0-9]*$/);
    assert.deepEqual([code, sent], [0, { result: { sequence: result.sequence } }]);

    const refused = plugin.call("performAction", { channelId, text: "waves" });
    const act = await nextRequest(stream);
    stream.push({ id: act.id, inner: { case: "failed", value: { reason: "cannot: ä\n2" } } });
    assert.deepEqual(await refused, { code: 2, message: "cannot: ä\n2" });

    const joined = plugin.call("joinChannel", { backendId: "irc://serves", channelName: "#d" });
    const join = await nextRequest(stream);
    assert.deepEqual(join.request, { joinChannel: { channelName: "#d" } });
    const value = { channelId: "#d", displayName: "D", topic: "" };
    stream.push({ id: join.id, inner: { case: "joinChannel", value } });
    assert.equal((await joined).code, 0);
    const { response } = await plugin.call("listChannels", { backendId: "irc://serves" });
    assert.deepEqual(response, { channels: [{ id: "irc://serves/%23d", displayName: "D" }] });

    const asked = plugin.call("getBackendInfo", { backendId: "irc://serves" });
    const metadata = await nextRequest(stream);
    const values = { version: "1", "a key": "ä" };
    stream.push({ id: metadata.id, inner: { case: "metadata", value: { values } } });
    assert.deepEqual((await asked).response, {
      backend: { id: "irc://serves", type: "irc" },
      metadata: values,
    });
    assert.equal(new Set([send.id, act.id, join.id, metadata.id]).size, 4);
  },
};

const parallel: Scene = {
  name: "answers 64 requests in the order that it likes",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const stream = await accepted(backend, plugin, "irc", "parallel");
    const count = 64;
    const calls = Array.from({ length: count }, (_, at) =>
      plugin.call("sendMessage", { channelId: "irc://parallel/c", text: String(at) }),
    );
    const asked: Awaited<ReturnType<typeof nextRequest>>[] = [];
    while (asked.length < count) asked.push(await nextRequest(stream));
    const texts = asked.map(({ request }) => (request["sendMessage"] as { text: string }).text);
    assert.deepEqual(texts, [...texts.keys()].map(String), "asked in the order of the calls");
    for (const { id, request } of asked.reverse()) {
      const reason = (request["sendMessage"] as { text: string }).text;
      stream.push({ id, inner: { case: "failed", value: { reason } } });
    }
    const reasons = (await Promise.all(calls)).map(({ message }) => message);
    assert.deepEqual(reasons, [...reasons.keys()].map(String), "each its own answer");
  },
};

const ends: Scene = {
  name: "is told why its stream ends",
  async play(stage) {
    const backend = await stage.foreign("backend");
    const plugin = stage.counterpart("plugin");
    const first = await accepted(backend, plugin, "irc", "ends");
    const second = await (await stage.foreign("backend")).backend("irc", "ends").end();
    assert.equal(second.code, 6, second.message);
    assert.ok(backendIds((await plugin.call("listBackends", {})).response).includes("irc://ends"));

    const nameless = backend.ingest();
    nameless.push({ inner: { case: "hello", value: { backendInfo: { type: "irc" } } } });
    assert.equal((await nameless.end()).code, 3, "Hello without an id");

    const rude = backend.ingest();
    rude.push({ inner: { case: "success", value: {} } });
    assert.equal((await rude.end()).code, 3, "no Hello first");

    const silent = backend.ingest();
    silent.finish();
    assert.equal((await silent.end()).code, 3, "closed before Hello");

    const twice = backend.ingest();
    for (const _ of [1, 2]) {
      const value = { backendInfo: { type: "irc", id: "twice" } };
      twice.push({ inner: { case: "hello", value } });
    }
    assert.equal((await twice.end()).code, 3, "a second Hello");

    const polite = backend.ingest();
    polite.push({
      inner: { case: "hello", value: { backendInfo: { type: "irc", id: "polite" } } },
    });
    await eventually(
      () => plugin.call("listBackends", {}),
      ({ response }) => backendIds(response).includes("irc://polite"),
      "irc://polite is accepted",
    );
    const waiting = plugin.call("sendMessage", { channelId: "irc://polite/c", text: "x" });
    await nextRequest(polite);
    polite.finish();
    assert.deepEqual(await polite.end(), { code: 0, message: "" });
    assert.deepEqual(await waiting, { code: 14, message: "backend disconnected" });
    first.cancel();
    await gone(plugin, "irc://ends");
  },
};

const returns: Scene = {
  name: "comes back under its name as soon as it is gone",
  async play(stage) {
    const plugin = stage.counterpart("plugin");
    const first = await stage.foreign("backend");
    await accepted(first, plugin, "irc", "returns");
    await first.close();
    await gone(plugin, "irc://returns");
    await accepted(await stage.foreign("backend"), plugin, "irc", "returns");
  },
};

const wrongScope: Scene = {
  name: "with a plugin's token is PERMISSION_DENIED",
  async play(stage) {
    const intruder = await stage.foreign("plugin");
    const { code, message } = await intruder.backend("irc", "intruder").end();
    assert.equal(code, 7, message);
  },
};

const SCENES = [hello, tracks, speaks, serves, parallel, ends, returns, wrongScope];

for (const language of LANGUAGES) {
  test(`a backend in ${language}`, (context) => playAll(context, language, SCENES));

  test(`a backend in ${language} when core goes down`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    const core = await startCoreProcess();
    context.after(() => core.close());
    const stage = stageOf(context, core, program);
    const plugin = stage.counterpart("plugin");
    const stream = await accepted(await stage.foreign("backend"), plugin, "irc", "last");
    const waiting = plugin.call("sendMessage", { channelId: "irc://last/c", text: "x" });
    const { id } = await nextRequest(stream);
    const stopped = core.stop();
    // A request in flight is still answered.
    stream.push({ id, inner: { case: "success", value: {} } });
    assert.equal((await waiting).code, 0);
    assert.deepEqual(await stream.end(), { code: 14, message: "core is shutting down" });
    assert.equal(await stopped, 0);
  });
}
