/** Foreign clients as plugins: events, commands, actions and their errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bold, container } from "@seabird-chat/protocol";
import type { EventInit, IngestStream, Outcome } from "./client.ts";
import { startCoreProcess } from "./core-process.ts";
import { eventually } from "./deadline.ts";
import { NewBackends } from "./new-backends.ts";
import { foreignProgram, LANGUAGES } from "./programs.ts";
import {
  accepted,
  gone,
  nextEvent,
  nextRequest,
  opened,
  playAll,
  type Scene,
  stageOf,
} from "./stage.ts";

const USER = { id: "u/1", displayName: "Ana" };
const SOURCE = { channelId: "#encoded-test", user: USER };
const ABSOLUTE_USER = { id: "irc://all/u%2F1", displayName: "Ana" };
const ABSOLUTE_SOURCE = { channelId: "irc://all/%23encoded%2Dtest", user: ABSOLUTE_USER };

const TEXT_TAG = { "core/original-format": "text" };
const BLOCKS_TAG = { "core/original-format": "blocks" };

function plain(words: string) {
  return { plain: words, text: { text: words } };
}

/** What a backend says, and what becomes of it. */
const EVENTS: readonly [EventInit["inner"], unknown][] = [
  [
    { case: "message", value: { source: SOURCE, text: "hi" } },
    { message: { source: ABSOLUTE_SOURCE, text: "hi", rootBlock: plain("hi") } },
  ],
  [
    { case: "privateMessage", value: { source: USER, text: "psst" } },
    { privateMessage: { source: ABSOLUTE_USER, text: "psst", rootBlock: plain("psst") } },
  ],
  [
    { case: "mention", value: { source: SOURCE, text: "you" } },
    { mention: { source: ABSOLUTE_SOURCE, text: "you", rootBlock: plain("you") } },
  ],
  [
    { case: "command", value: { source: SOURCE, command: "karma", arg: "a  b" } },
    { command: { source: ABSOLUTE_SOURCE, command: "karma", arg: "a  b" } },
  ],
  [
    { case: "action", value: { source: SOURCE, text: "waves" } },
    { action: { source: ABSOLUTE_SOURCE, text: "waves", rootBlock: plain("waves") } },
  ],
  [
    { case: "privateAction", value: { source: USER, text: "nods" } },
    { privateAction: { source: ABSOLUTE_USER, text: "nods", rootBlock: plain("nods") } },
  ],
];

const everyKindOfEvent: Scene = {
  name: "hears every kind of event, with absolute ids, blocks and tags",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const events = await opened(plugin);
    const backend = await accepted(
      stage.counterpart("backend"),
      stage.counterpart("other"),
      "irc",
      "all",
    );
    for (const [inner, expected] of EVENTS) {
      backend.push({ inner, tags: { mood: "good", "core/forged": "1" } } as EventInit);
      const format = inner?.case === "command" ? {} : TEXT_TAG;
      const tags = { mood: "good", ...format };
      assert.deepEqual(await nextEvent(events), { ...(expected as object), tags });
    }
    const rootBlock = container(["a ", bold("b")]);
    backend.push({ inner: { case: "message", value: { source: SOURCE, text: "no", rootBlock } } });
    const { message, tags } = await nextEvent(events);
    assert.deepEqual(tags, BLOCKS_TAG);
    assert.equal((message as { text: string }).text, "a b");
  },
};

const headersAtOnce: Scene = {
  name: "has its stream before anything happens, and its commands registered",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const events = plugin.events({ ping: { name: "ping", shortHelp: "pong", fullHelp: "Pong!" } });
    if (plugin.tellsHeaders) await events.headers();
    const { response } = await eventually(
      () => plugin.call("registeredCommands", {}),
      ({ response }) => "commands" in (response as object),
      "the command is registered",
    );
    assert.deepEqual(response, {
      commands: { ping: { name: "ping", shortHelp: "pong", fullHelp: "Pong!" } },
    });
  },
};

const commandTaken: Scene = {
  name: "is refused a command that another holds, and gets it when that one is gone",
  async play(stage) {
    const other = stage.counterpart("other").events({ taken: {} });
    await other.headers();
    const plugin = await stage.foreign("plugin");
    const refused = plugin.events({ taken: {}, free: {} });
    assert.deepEqual(await refused.end(), {
      code: 6,
      message: 'command "taken" already registered by another plugin',
    });
    assert.deepEqual(await plugin.call("registeredCommands", {}), ok({ commands: { taken: {} } }));
    other.cancel();
    await eventually(
      () => plugin.call("registeredCommands", {}),
      ({ response }) => !("commands" in (response as object)),
      "the command is free",
    );
    plugin.events({ taken: {} });
    await eventually(
      () => plugin.call("registeredCommands", {}),
      ({ response }) => "commands" in (response as object),
      "the command is registered",
    );
  },
};

const actions: Scene = {
  name: "acts: four sends with their events, join, leave, topic and metadata",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const events = await opened(plugin);
    const backend = await accepted(stage.counterpart("backend"), plugin, "irc", "acts");
    const channelId = "irc://acts/#chan";
    const userId = "irc://acts/Ana";
    const tags = { "proxy/skip": "1" };

    const said = plugin.call("sendMessage", { channelId, text: "hello", tags });
    const send = await answered(backend, "success");
    const asText = { text: "hello", rootBlock: plain("hello"), tags: { ...tags, ...TEXT_TAG } };
    assert.deepEqual(send, { sendMessage: { channelId: "#chan", ...asText } });
    assert.deepEqual(await said, ok({}));
    const { text: words, rootBlock } = asText;
    assert.deepEqual(await nextEvent(events), {
      sendMessage: { sender: "plugin", channelId, text: words, rootBlock },
      tags: asText.tags,
    });

    const whispered = plugin.call("sendPrivateMessage", { userId, rootBlock: bold("psst") });
    const whisper = await answered(backend, "success");
    assert.deepEqual(whisper, {
      sendPrivateMessage: {
        userId: "Ana",
        text: "psst",
        rootBlock: { plain: "psst", bold: { inner: plain("psst") } },
        tags: BLOCKS_TAG,
      },
    });
    assert.deepEqual(await whispered, ok({}));
    assert.ok("sendPrivateMessage" in (await nextEvent(events)));

    const waved = plugin.call("performAction", { channelId, text: "waves" });
    assert.ok("performAction" in (await answered(backend, "success")));
    assert.deepEqual(await waved, ok({}));
    assert.ok("performAction" in (await nextEvent(events)));

    const nodded = plugin.call("performPrivateAction", { userId, text: "nods" });
    assert.ok("performPrivateAction" in (await answered(backend, "success")));
    assert.deepEqual(await nodded, ok({}));
    assert.ok("performPrivateAction" in (await nextEvent(events)));
  },
};

const channels: Scene = {
  name: "joins, reads lists, sets a topic, leaves and asks for metadata",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const backend = await accepted(stage.counterpart("backend"), plugin, "irc", "lists");
    const joined = plugin.call("joinChannel", { backendId: "irc://lists", channelName: "#new" });
    const join = await nextRequest(backend);
    assert.deepEqual(join.request, { joinChannel: { channelName: "#new" } });
    const value = { channelId: "#new", displayName: "New", topic: "first" };
    backend.push({ id: join.id, inner: { case: "joinChannel", value } });
    assert.deepEqual(await joined, ok({}));

    const channelId = "irc://lists/%23new";
    const channel = { id: channelId, displayName: "New", topic: "first" };
    const listed = await plugin.call("listChannels", { backendId: "irc://lists" });
    assert.deepEqual(listed, ok({ channels: [channel] }));
    assert.deepEqual(await plugin.call("getChannelInfo", { channelId }), ok({ channel }));

    const updated = plugin.call("updateChannelInfo", { channelId, topic: "second" });
    const update = await answered(backend, "success");
    assert.deepEqual(update, { updateChannelInfo: { channelId: "#new", topic: "second" } });
    assert.deepEqual(await updated, ok({}));

    const left = plugin.call("leaveChannel", { channelId, exitMessage: "bye" });
    const leave = await nextRequest(backend);
    const tags = { "core/exit-message": "bye" };
    assert.deepEqual(leave.request, { leaveChannel: { channelId: "#new", tags } });
    backend.push({ id: leave.id, inner: { case: "leaveChannel", value: { channelId: "#new" } } });
    assert.deepEqual(await left, ok({}));

    const asked = plugin.call("getBackendInfo", { backendId: "irc://lists" });
    const metadata = await nextRequest(backend);
    assert.deepEqual(metadata.request, { metadata: {} });
    backend.push({ id: metadata.id, inner: { case: "metadata", value: { values: { a: "b" } } } });
    assert.deepEqual(
      await asked,
      ok({ backend: { id: "irc://lists", type: "irc" }, metadata: { a: "b" } }),
    );

    const { response } = await plugin.call("getCoreInfo", {});
    const info = response as { startupTimestamp: string; currentTimestamp: string };
    assert.ok(Number(info.startupTimestamp) > 1_700_000_000);
    assert.ok(Number(info.currentTimestamp) >= Number(info.startupTimestamp));
  },
};

const failures: Scene = {
  name: "is told the truth when an action fails",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const events = await opened(plugin);
    const toNobody = { channelId: "irc://nobody/%23c", text: "lost" };
    assert.deepEqual(await plugin.call("sendMessage", toNobody), {
      code: 5,
      message: "unknown backend",
    });
    assert.ok("sendMessage" in (await nextEvent(events)), "announced all the same");
    assert.deepEqual(await plugin.call("sendMessage", { channelId: "nonsense" }), {
      code: 3,
      message: "failed to parse channel_id",
    });
    assert.deepEqual(await plugin.call("getBackendInfo", { backendId: "irc://nobody" }), {
      code: 5,
      message: "backend not found",
    });
    const counterpart = stage.counterpart("backend");
    const backend = await accepted(counterpart, plugin, "irc", "fails");
    const channelId = "irc://fails/%23c";
    assert.deepEqual(await plugin.call("getChannelInfo", { channelId }), {
      code: 5,
      message: "channel not found",
    });
    // A reason in another script, with what a header cannot hold.
    for (const reason of ["No such nick/channel", "日本語 100%\nsecond line", ""]) {
      const failed = plugin.call("sendMessage", { channelId, text: "x" });
      const { id } = await nextRequest(backend);
      backend.push({ id, inner: { case: "failed", value: { reason } } });
      const message = reason === "" ? "backend gave no reason" : reason;
      assert.deepEqual(await failed, { code: 2, message });
    }
    const odd = plugin.call("sendMessage", { channelId, text: "x" });
    await answered(backend, "metadata");
    assert.deepEqual(await odd, { code: 13, message: "unexpected chat event" });
    const bad = { channelId, rootBlock: { inner: { case: "bold", value: {} } } } as const;
    assert.deepEqual(await plugin.call("sendMessage", bad), {
      code: 3,
      message: "bold block missing inner block",
    });
    const waiting = plugin.call("sendMessage", { channelId, text: "x" });
    await nextRequest(backend);
    backend.cancel();
    assert.deepEqual(await waiting, { code: 14, message: "backend disconnected" });
    await gone(plugin, "irc://fails");
  },
};

const helpers: Scene = {
  name: "replies with its library's own helpers, all 14 kinds of block among them",
  async play(stage) {
    const plugin = await stage.foreign("plugin");
    const backend = await accepted(stage.counterpart("backend"), plugin, "irc", "helps");
    const channel = "irc://helps/%23c";
    const replied = plugin.helper({ do: "reply", channel, text: "yes", name: "Ana" });
    const { sendMessage } = await answered(backend, "success");
    assert.equal((await replied).code, 0);
    assert.match((sendMessage as { text: string }).text, /^(Ana: )?yes$/);
    const rich = plugin.helper({ do: "blocks", channel });
    const request = await answered(backend, "success");
    assert.equal((await rich).code, 0);
    const message = request["sendMessage"] as { text: string; rootBlock: { plain: string } };
    assert.equal(
      message.text,
      "text italics bold underline strikethrough code fenced spoiler one, twolink (https://x.y)" +
        "quote 1970-01-01T00:00:00Zabheading",
    );
    assert.equal(message.rootBlock.plain, message.text);
    const kinds = JSON.stringify(message.rootBlock).match(
      /"(text|italics|bold|underline|strikethrough|inlineCode|fencedCode|spoiler|list|link|blockquote|timestamp|container|heading)":\{/g,
    );
    assert.equal(new Set(kinds).size, 14);
  },
};

const wrongToken: Scene = {
  name: "with a wrong token is UNAUTHENTICATED, in calls and streams",
  async play(stage) {
    const plugin = await stage.foreign("wrong");
    const refused = { code: 16, message: "invalid auth token" };
    assert.deepEqual(await plugin.call("listBackends", {}), refused);
    assert.deepEqual(await plugin.events().end(), refused);
    assert.deepEqual(await plugin.backend("irc", "intruder").end(), refused);
  },
};

const wrongScope: Scene = {
  name: "with a token of another kind is PERMISSION_DENIED",
  async play(stage) {
    const plugin = await stage.foreign("backend");
    const { code, message } = await plugin.call("sendMessage", { channelId: "irc://a/b" });
    assert.equal(code, 7);
    assert.match(message, /plugin/);
    assert.equal((await plugin.events().end()).code, 7);
  },
};

const SCENES = [
  headersAtOnce,
  everyKindOfEvent,
  commandTaken,
  actions,
  channels,
  failures,
  helpers,
  wrongToken,
  wrongScope,
];

for (const language of LANGUAGES) {
  test(`a plugin in ${language}`, (context) => playAll(context, language, scenesFor(language)));

  test(`a plugin in ${language} beside backends with everything of the messages extension`, (context) =>
    playAll(context, language, scenesFor(language), NewBackends));

  test(`a plugin in ${language} when core goes down`, async (context) => {
    const program = await foreignProgram(context, language);
    if (program === undefined) return;
    const core = await startCoreProcess();
    context.after(() => core.close());
    const plugin = await stageOf(context, core, program).foreign("plugin");
    const events = await opened(plugin);
    const [code, end] = await Promise.all([core.stop(), events.end()]);
    assert.deepEqual(end, { code: 14, message: "core is shutting down" });
    assert.equal(code, 0);
  });
}

/** Python has no library with helpers: grpcio is used as it is. */
function scenesFor(language: string): readonly Scene[] {
  return language === "python" ? SCENES.filter((scene) => scene !== helpers) : SCENES;
}

/** Answers the next request with an empty event of this kind, and gives the request. */
async function answered(backend: IngestStream, kind: "success" | "metadata") {
  const { id, request } = await nextRequest(backend);
  backend.push({ id, inner: { case: kind, value: {} } } as EventInit);
  return request;
}

function ok(response: unknown): Outcome {
  return { code: 0, message: "", response };
}
