/** What a backend tells a core with the messages extension, and what one without it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type ChatEvent, container, mention, Support } from "@seabird-chat/protocol";
import { silentLog } from "@seabird-chat/sdk";
import {
  type BackendConnection,
  type BackendHost,
  backend,
  startBackend,
} from "@seabird-chat/sdk/backend";
import { startScriptedIngest } from "../support/scripted-ingest.ts";
import { until } from "../support/until.ts";

const WITH = { "seabird-extensions": "messages", "seabird-instance": "a" };
const WITHOUT = {};

const ROOM = { kind: "channel", id: "room" } as const;

async function start(
  t: TestContext,
  headers: readonly Readonly<Record<string, string>>[],
  functions: Partial<BackendConnection> = {},
) {
  const core = await startScriptedIngest(t, headers);
  let host: BackendHost | undefined;
  const definition = backend("camp", {
    capabilities: { reply: "full", messageIds: "full" },
    connect: (given) => {
      host = given;
      host.channels.joined({ id: "room" });
      return { close: () => undefined, ...functions };
    },
  });
  const options = { id: "test", url: core.url, token: "x", log: silentLog, retryMinMs: 1 };
  const running = startBackend(definition, { ...options, retryMaxMs: 20 });
  t.after(() => running.close());
  await running.ready();
  assert.ok(host !== undefined);
  return { core, host, running };
}

const kinds = (events: readonly ChatEvent[] = []) => events.map(({ inner }) => inner.case);

/** One of each kind, and a message with a mention. */
function reportEverything({ emit, members, network, capabilities }: BackendHost): void {
  emit.edited({ conversation: ROOM, user: "ann", text: "x", id: "1" });
  emit.deleted({ conversation: ROOM, ids: ["1"] });
  emit.reaction({ conversation: ROOM, messageId: "1", user: "ann", emoji: "👍" });
  emit.typing({ conversation: ROOM, user: "ann" });
  members.joined({ channel: "room", user: "ann" });
  members.left({ channel: "room", user: "ann" });
  members.removed({ channel: "room", user: "ann", by: "bob" });
  members.changed({ before: "ann", user: "anna" });
  network.away("reset");
  network.back();
  capabilities.set({ thread: "partial" });
  const block = container([mention({ userId: "ann" }), " hi"]);
  emit.message({ channel: "room", user: "bob", block, id: "2" });
}

test("a core with the extension hears of everything, in order", async (t) => {
  const { core, host } = await start(t, [WITH], { edit: () => undefined });
  reportEverything(host);
  await until("the message", () => core.sessions[0]?.at(-1)?.inner.case === "message");
  const [events = []] = core.sessions;
  assert.deepEqual(kinds(events), [
    ...["hello", "joinChannel", "messageEdited", "messageDeleted", "reaction", "typing"],
    ...["member", "member", "member", "userChanged"],
    ...["networkState", "networkState", "capabilities", "message"],
  ]);
  const [hello, , , , , , , , , , lost, back, changed, message] = events.map(({ inner }) => inner);
  assert.ok(hello?.case === "hello" && lost?.case === "networkState");
  const { FULL, PARTIAL } = Support;
  assert.deepEqual(hello.value.capabilities?.features, {
    ...{ edit: FULL, reply: FULL, message_ids: FULL },
  });
  assert.deepEqual([lost.value.isConnected, lost.value.reason], [false, "reset"]);
  assert.ok(back?.case === "networkState" && back.value.isConnected);
  assert.ok(changed?.case === "capabilities" && message?.case === "message");
  assert.deepEqual(changed.value.features, { edit: FULL, thread: PARTIAL });
  assert.equal(message.value.info?.id, "2");
  assert.equal(message.value.rootBlock?.inner.case, "container");
});

test("a core without it hears old kinds and old blocks only", async (t) => {
  const { core, host } = await start(t, [WITHOUT]);
  reportEverything(host);
  await until("the message", () => core.sessions[0]?.at(-1)?.inner.case === "message");
  const [events = []] = core.sessions;
  assert.deepEqual(kinds(events), ["hello", "joinChannel", "message"]);
  const message = events.at(-1)?.inner;
  assert.ok(message?.case === "message");
  assert.deepEqual(message.value.rootBlock?.inner, {
    case: "text",
    value: { $typeName: "common.TextBlock", text: "@ann hi" },
  });
});

test("what was kept for one core is what the next one understands", async (t) => {
  const { core, host } = await start(t, [WITH, WITHOUT, WITH]);
  host.networkLost("reset");
  await until("the state", () => core.sessions[0]?.at(-1)?.inner.case === "networkState");
  const states = host.core.states()[Symbol.asyncIterator]();
  for (const session of [1, 2]) {
    core.end();
    while ((await states.next()).value?.state !== "waiting");
    host.emit.reaction({ conversation: ROOM, messageId: "1", user: "ann", emoji: "👍" });
    host.emit.typing({ conversation: ROOM, user: "ann" });
    host.emit.message({ channel: "room", user: "ann", text: "kept" });
    await until("the message", () => core.sessions[session]?.at(-1)?.inner.case === "message");
  }
  // The lost network is announced again; that somebody typed is not kept.
  assert.deepEqual(core.sessions.map(kinds), [
    ["hello", "joinChannel", "networkState"],
    ["hello", "joinChannel", "message"],
    ["hello", "networkState", "joinChannel", "reaction", "message"],
  ]);
});

test("another connection to the network has its own capabilities", async (t) => {
  const core = await startScriptedIngest(t, [WITH]);
  const hosts: BackendHost[] = [];
  const ends: PromiseWithResolvers<never>[] = [];
  const definition = backend("camp", {
    capabilities: { messageIds: "full" },
    connect: (host) => {
      const { length } = hosts;
      hosts.push(host);
      const end = Promise.withResolvers<never>();
      ends.push(end);
      const react = length === 0 ? { react: () => undefined } : {};
      return { close: () => undefined, closed: end.promise, ...react };
    },
  });
  const options = { id: "test", url: core.url, token: "x", log: silentLog };
  const constants = { networkRetryMinMs: 1, networkRetryMaxMs: 10 };
  const running = startBackend(definition, { ...options, constants });
  t.after(() => running.close());
  await running.ready();
  hosts[0]?.capabilities.set({ reply: "full" });
  // What is wrong changes nothing.
  hosts[0]?.capabilities.set({ reply: "sometimes" } as never);
  ends[0]?.reject(new Error("reset"));
  await until("the second connection's", () => kinds(core.sessions[0]).length === 5);
  const said = (core.sessions[0] ?? []).map(({ inner }) => {
    if (inner.case === "hello") return Object.keys(inner.value.capabilities?.features ?? {});
    if (inner.case === "capabilities") return Object.keys(inner.value.features);
    return inner.case === "networkState" && [inner.value.isConnected, inner.value.reason];
  });
  assert.deepEqual(said, [
    ["react", "message_ids"],
    ["react", "reply"],
    [false, "reset"],
    [true, ""],
    ["message_ids"],
  ]);
  hosts[0]?.networkLost("a forgotten listener");
  await running.close();
  assert.equal(kinds(core.sessions[0]).length, 5);
});
