/** The SDK in careless hands: wrong options, wrong answers, what is too large, and servers that are not core. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { connectActions, connectPlugin, SeabirdError } from "@seabird-chat/sdk";
import { type BackendHandlers, connectBackend, failed, joined } from "@seabird-chat/sdk/backend";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";

const FAST = { retryMinMs: 5, retryMaxMs: 50 };
const HUGE = "x".repeat(5 * 1024 * 1024);

/** What code without types can hand over. */
const untyped = <T>(value: unknown): T => value as T;

test("an answer that is none, or too large, fails its own request and nothing else", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token();
  const answers: Record<string, unknown> = {
    nothing: undefined,
    odd: { kind: "odd" },
    large: failed(HUGE),
    mistyped: { kind: "joined", channel: { id: 5 } },
  };
  const handlers: BackendHandlers = {
    sendMessage: ({ text }) => untyped(answers[text]),
    joinChannel: ({ channelName }) => joined({ id: channelName, topic: HUGE }),
  };
  const backend = connectBackend({ url: core.url, token, type: "test", id: "net", handlers });
  t.after(() => backend.close());
  await backend.ready();
  const plugin = connectActions({ url: core.url, token });
  t.after(() => plugin.close());
  const reasons = {
    nothing: "the backend gave no proper answer",
    odd: "the backend gave no proper answer",
    large: "the backend's answer is too large",
    mistyped: "a channel needs an id of 1 to 8192 characters",
  };
  for (const [text, message] of Object.entries(reasons)) {
    await assert.rejects(plugin.sendMessage("test://net/a", text), { code: "unknown", message });
  }
  await plugin.joinChannel("test://net", "#a");
  backend.joinChannel({ id: "#b", topic: HUGE, displayName: HUGE });
  await until("both channels", async () => (await plugin.listChannels("test://net")).length === 2);
  assert.equal(backend.state.state, "connected");
  const gone = core.lines.filter(({ message }) => message === "backend disconnected");
  assert.deepEqual(gone, []);
});

test("options and contents that cannot work are refused at once", async (t) => {
  const core = await startCore({}, t);
  const options = { url: core.url, token: await core.token() };
  const isBad = (words: RegExp) => (reason: unknown) =>
    reason instanceof SeabirdError && reason.code === "bad_option" && words.test(reason.message);
  const command = (name: string, help: unknown) => () =>
    connectPlugin({ ...options, commands: { [name]: untyped(help) } });
  assert.throws(command("", { shortHelp: "" }), isBad(/names have no spaces/));
  assert.throws(command("a b", { shortHelp: "" }), isBad(/names have no spaces/));
  assert.throws(command("a", null), isBad(/"a" has a help that is no text/));
  assert.throws(command("a", { shortHelp: 5 }), isBad(/"a" has a help that is no text/));
  const backend = (type: unknown) => () =>
    connectBackend({ ...options, type: untyped(type), id: "net", handlers: {} });
  assert.throws(backend(undefined), isBad(/type is undefined/));
  assert.throws(backend(""), isBad(/type is ""/));
  const plugin = connectActions(options);
  t.after(() => plugin.close());
  for (const timeoutMs of [0, -1, Number.NaN, 0.5]) {
    const send = plugin.sendMessage("test://net/a", "hi", { timeoutMs });
    await assert.rejects(send, isBad(/timeoutMs/));
  }
  for (const content of [undefined, null]) {
    const send = plugin.sendMessage("test://net/a", untyped(content));
    await assert.rejects(send, { code: "invalid_argument", message: /nothing to say/ });
  }
});

test("a server that is not core is told so, and leaves the process alone", async (t) => {
  const web = createServer((_request, response) => response.end("hi")).listen(0, "127.0.0.1");
  await once(web, "listening");
  t.after(() => web.close());
  const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const options = { url, token: "any", ...FAST };
  const clients = [
    connectPlugin(options),
    connectBackend({ ...options, type: "test", id: "net", handlers: {} }),
  ];
  for (const client of clients) {
    for await (const state of client.states()) {
      if (state.state !== "waiting") continue;
      assert.match(state.error.message, /what answers at .* is not core, or it wants https/);
      // At once, while the broken connection is still on its way out.
      await client.close();
    }
  }
});
