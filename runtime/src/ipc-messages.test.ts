/** Messages between a supervisor and its components: what is taken, what is not, and hostile ones. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import fc from "fast-check";
import {
  type ComponentMessage,
  onComponentMessage,
  parseComponentMessage,
  parseSupervisorMessage,
  type SupervisorMessage,
  sendToComponent,
  sendToSupervisor,
} from "./ipc-messages.ts";

const FROM_SUPERVISOR: readonly SupervisorMessage[] = [
  { type: "settings" },
  { type: "settings", settings: { nick: "a" }, logLevel: "debug" },
  { type: "settings", extraTokens: "[]" },
  { type: "go" },
  { type: "notice", line: "hello" },
  { type: "unignore", userId: "irc://libera/bot" },
  { type: "status" },
  { type: "metrics" },
  { type: "plugin-metrics", plugins: [{ plugin: "dice", json: "[]" }] },
];

const SPEAKER = { plugin: "dice", userId: "irc://a/b", channelId: "", untilMs: 1 };

const FROM_COMPONENT: readonly ComponentMessage[] = [
  { type: "ready" },
  { type: "listening", url: "http://127.0.0.1:1" },
  { type: "network", state: "connected" },
  { type: "network", state: "away", sinceMs: 0, why: "reset" },
  { type: "backend-network", backendId: "irc://a", state: "connected" },
  { type: "backend-network", backendId: "irc://a", state: "away", sinceMs: 0, why: "reset" },
  { type: "backend-network", backendId: "irc://a", state: "left" },
  { type: "leaving" },
  { type: "settings", ok: true },
  { type: "settings", error: "no such level" },
  { type: "file", path: "/a.ts" },
  { type: "signal", name: "SIGINT" },
  { type: "ignored", loops: 0, speakers: [] },
  { type: "ignored", loops: 2, speakers: [SPEAKER] },
  { type: "status", plugins: [{ plugin: "dice", json: "{}" }] },
  { type: "metrics", plugins: [{ plugin: "dice", error: "no disk" }] },
  { type: "plugin-metrics" },
];

test("every message is taken as it is, and what is unknown in it is left out", () => {
  for (const message of FROM_SUPERVISOR) {
    assert.deepEqual(parseSupervisorMessage({ ...message, more: 1 }), message);
  }
  for (const message of FROM_COMPONENT) {
    assert.deepEqual(parseComponentMessage({ ...message, more: 1 }), message);
  }
});

const LONG = "x".repeat(10_000);
const MALFORMED: readonly unknown[] = [
  ...[undefined, null, 0, "", "ready", [], ["ready"], true, {}],
  ...["toString", "__proto__", "constructor", "", "READY", 1, null, { ready: 1 }].map((type) => ({
    type,
  })),
];

test("what is malformed is ignored", () => {
  const toComponent: readonly unknown[] = [
    ...MALFORMED,
    { type: "ready" },
    { type: "settings", settings: [] },
    { type: "settings", settings: null },
    { type: "settings", settings: "nick" },
    { type: "settings", logLevel: 3 },
    { type: "settings", extraTokens: [] },
    { type: "notice" },
    { type: "notice", line: 7 },
    { type: "notice", line: LONG },
    { type: "unignore" },
    { type: "unignore", userId: LONG },
  ];
  for (const message of toComponent) {
    assert.equal(parseSupervisorMessage(message), undefined, JSON.stringify(message));
  }
  const toSupervisor: readonly unknown[] = [
    ...MALFORMED,
    { type: "go" },
    { type: "listening" },
    { type: "listening", url: "file:///etc/passwd" },
    { type: "listening", url: "javascript:alert(1)" },
    { type: "listening", url: "nowhere" },
    { type: "listening", url: `http://${LONG}` },
    { type: "listening", url: { href: "http://127.0.0.1" } },
    { type: "network" },
    { type: "network", state: "gone" },
    { type: "network", state: "left" },
    { type: "backend-network", state: "left" },
    { type: "backend-network", backendId: 1, state: "connected" },
    { type: "backend-network", backendId: LONG, state: "left" },
    { type: "backend-network", backendId: "irc://a", state: "gone" },
    { type: "backend-network", backendId: "irc://a", state: "away", sinceMs: "0", why: "reset" },
    { type: "network", state: "away", why: "reset" },
    { type: "network", state: "away", sinceMs: Number.NaN, why: "reset" },
    { type: "network", state: "away", sinceMs: 1e300, why: "reset" },
    { type: "network", state: "away", sinceMs: -1, why: "reset" },
    { type: "network", state: "away", sinceMs: 0, why: LONG },
    { type: "network", state: "away", sinceMs: 0 },
    { type: "settings" },
    { type: "settings", ok: "yes" },
    { type: "file", path: "" },
    { type: "file", path: null },
    { type: "signal", name: "SIGINT; rm" },
    { type: "signal", name: 2 },
    { type: "ignored" },
    { type: "ignored", loops: 1 },
    { type: "ignored", loops: "1", speakers: [] },
    { type: "ignored", loops: 1, speakers: { length: 0 } },
    { type: "ignored", loops: 1, speakers: [null] },
    { type: "ignored", loops: 1, speakers: [{ ...SPEAKER, userId: 1 }] },
    { type: "ignored", loops: 1, speakers: [{ ...SPEAKER, untilMs: Number.NaN }] },
    { type: "ignored", loops: 1, speakers: Array(257).fill(SPEAKER) },
    { type: "status" },
    { type: "status", plugins: {} },
    { type: "status", plugins: [null] },
    { type: "status", plugins: [{ plugin: "bridge" }] },
    { type: "status", plugins: [{ plugin: "bridge", json: {} }] },
    { type: "status", plugins: [{ plugin: LONG, json: "{}" }] },
    { type: "status", plugins: [{ plugin: "bridge", error: LONG }] },
    { type: "status", plugins: [{ plugin: "bridge", json: " ".repeat(1024 * 1024 + 1) }] },
    { type: "status", plugins: Array(65).fill({ plugin: "bridge", json: "{}" }) },
  ];
  for (const message of toSupervisor) {
    assert.equal(parseComponentMessage(message), undefined, JSON.stringify(message));
  }
});

test("an answer with an error is a refusal, whatever else it holds", () => {
  const rows: readonly (readonly [answer: object, error: string])[] = [
    [{ ok: true, error: "but" }, "but"],
    [{ error: 7 }, ""],
    [{ error: null }, ""],
    [{ error: { toString: 1 } }, ""],
    [{ error: LONG }, ""],
  ];
  for (const [answer, error] of rows) {
    assert.deepEqual(parseComponentMessage({ ...answer, type: "settings" }), {
      type: "settings",
      error,
    });
  }
});

test("nothing that can be received makes either side throw", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withMap: true, withDate: true }), (any) => {
      parseSupervisorMessage(any);
      parseComponentMessage(any);
    }),
  );
});

const COMPONENT = `
  import { onSupervisorMessage, sendToSupervisor } from ${JSON.stringify(new URL("./ipc-messages.ts", import.meta.url).href)};
  onSupervisorMessage(({ type }) => {
    if (type !== "go") return;
    process.disconnect();
    process.exitCode = sendToSupervisor({ type: "leaving" }) ? 1 : 0;
  });
  process.send({ type: "listening", url: "nowhere" });
  sendToSupervisor({ type: "ready" });
`;

test("messages go both ways, and sending says so when the other side has gone", async (t) => {
  assert.equal(sendToSupervisor({ type: "ready" }), process.connected === true);
  const child = spawn(process.execPath, ["--input-type=module", "-e", COMPONENT], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  t.after(() => child.kill("SIGKILL"));
  const ended = once(child, "exit");
  const received: ComponentMessage[] = [];
  const first = Promise.withResolvers<void>();
  onComponentMessage(child, (message) => {
    received.push(message);
    first.resolve();
  });
  await first.promise;
  assert.deepEqual(received, [{ type: "ready" }]);
  assert.equal(sendToComponent(child, { type: "go" }), true);
  assert.deepEqual(await ended, [0, null]);
  assert.equal(sendToComponent(child, { type: "go" }), false);
});
