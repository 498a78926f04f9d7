/** The SDK in careless hands: wrong options, wrong answers, what is too large, and servers that are not core. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type Block, BlockSchema } from "@seabird-chat/protocol";
import {
  attachment,
  bold,
  connectActions,
  connectPlugin,
  container,
  emoji,
  italics,
  mention,
  SeabirdError,
  text,
} from "@seabird-chat/sdk";
import { backend, Refused, startBackend } from "@seabird-chat/sdk/backend";
import { startCore } from "../support/core.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";
import { until } from "../support/until.ts";

const FAST = { retryMinMs: 5, retryMaxMs: 50 };
const HUGE = "x".repeat(5 * 1024 * 1024);

/** What code without types can hand over. */
const untyped = <T>(value: unknown): T => value as T;

test("an answer that is not valid, or too large, fails its own request and nothing else", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token();
  const channels: Record<string, unknown> = {
    odd: "odd",
    empty: {},
    mistyped: { id: 5 },
    topic: { id: "#x", topic: 5 },
    "#a": { id: "#a", topic: HUGE },
  };
  const functions: Functions = {
    send: () => {
      throw new Refused(HUGE);
    },
    join: (name) => untyped(channels[name]),
  };
  const backend = await startTestBackend({ url: core.url, token }, functions);
  t.after(() => backend.close());
  await backend.ready();
  const plugin = connectActions({ url: core.url, token });
  t.after(() => plugin.close());
  const noId = "a channel needs an id of 1 to 8192 characters";
  const reasons = {
    odd: noId,
    empty: noId,
    mistyped: noId,
    topic: "a channel's topic is number, not text",
  };
  for (const [name, message] of Object.entries(reasons)) {
    await assert.rejects(plugin.joinChannel("test://net", name), { code: "unknown", message });
  }
  const message = "the backend's answer is too large";
  await assert.rejects(plugin.sendMessage("test://net/a", "x"), { code: "unknown", message });
  await plugin.joinChannel("test://net", "#a");
  backend.channels.joined({ id: "#b", topic: HUGE, displayName: HUGE });
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
  assert.throws(command("a", null), isBad(/"a" needs shortHelp as text/));
  assert.throws(command("a", { shortHelp: 5 }), isBad(/"a" needs shortHelp as text/));
  const type = (given: unknown) => () =>
    backend(untyped(given), { connect: () => ({ close: () => undefined }) });
  assert.throws(type(undefined), isBad(/type is undefined/));
  assert.throws(type(""), isBad(/type is ""/));
  const nameless = backend("test", { connect: () => ({ close: () => undefined }) });
  assert.throws(() => startBackend(nameless, { ...options, id: "" }), isBad(/id .* is missing/));
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
  const clients = [connectPlugin(options), await startTestBackend(options)];
  for (const client of clients) {
    for await (const state of client.states()) {
      if (state.state !== "waiting") continue;
      assert.match(state.error.message, /what answers at .* is not core, or it wants https/);
      // At once, while the broken connection is still on its way out.
      await client.close();
    }
  }
});

const EMPTY = [
  ...["", text``, [], bold(""), container(["", italics("")]), blockByHand("")],
] as const;

/** What is written without its backend, and what is said of it. */
const RELATIVE = [
  [
    text`hi ${mention({ userId: "nobody" })}`,
    "a mention's userId is 'nobody'; give an absolute id, such as irc://libera/alice",
  ],
  [
    bold(mention({ channelId: "#lobby" })),
    "a mention's channelId is '#lobby'; give an absolute id, such as irc://libera/%23lobby",
  ],
  [
    attachment({ id: "7", name: "cat.jpg" }),
    "a file's id is '7'; give an absolute id, such as irc://libera/7",
  ],
] as const;

function blockByHand(words: string): Block {
  return create(BlockSchema, { inner: { case: "text", value: { text: words } } });
}

test("what reads as nothing, but is something, is sent", async (t) => {
  const core = await startCore({}, t);
  const client = connectActions({ url: core.url, token: await core.token() });
  t.after(() => client.close());
  const unnamed = attachment({ id: "test://net/7" });
  for (const content of [unnamed, emoji("", { id: "7" }), blockByHand("x"), " "]) {
    // Core has nobody to hand it to, which is all that is wrong with it.
    const sent = client.sendMessage("test://net/a", content);
    await assert.rejects(sent, { code: "not_found", message: "unknown backend" });
  }
});

test("what is no message, place, emoji or option of a send is refused in words", async (t) => {
  const core = await startCore({}, t);
  const client = connectActions({ url: core.url, token: await core.token() });
  t.after(() => client.close());
  const where = { channelId: "test://net/a" };
  const send = (options: object) => client.sendMessage(where.channelId, "x", untyped(options));
  const noPlace = (given: string) =>
    `invalid_argument: a conversation is ${given}; give { channelId } or { userId }`;
  const noIds = (given: string) =>
    `invalid_argument: message ids are ${given}; give one text or a list of them`;
  const noEmoji = (given: string) =>
    `invalid_argument: an emoji is ${given}; give a text, or { text, id, url }`;
  const noReply = (given: string) => `bad_option: replyTo is ${given}; give { id } of a message`;
  const noThread = (what: string) => `bad_option: ${what}`;
  const nothing = "invalid_argument: there is nothing to say: the content is empty";
  const noPersona = (given: string) => `bad_option: persona is ${given}; give { displayName }`;
  const rows: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => client.editMessage(untyped("test://net/a"), "1", "x"), noPlace("'test://net/a'")],
    [() => client.react(untyped(undefined), "1", "x"), noPlace("undefined")],
    [() => client.can("edit", untyped({})), noPlace("{}")],
    [() => client.capabilities(untyped({ channelId: 7 })), noPlace("{ channelId: 7 }")],
    [() => client.editMessage(where, untyped(undefined), "x"), noIds("undefined")],
    [() => client.deleteMessages(where, untyped(["1", 2])), noIds("[ '1', 2 ]")],
    [() => client.react(where, "1", untyped(undefined)), noEmoji("undefined")],
    [() => client.react(where, "1", untyped({ id: "7" })), noEmoji("{ id: '7' }")],
    [() => send({ replyTo: true }), noReply("true")],
    [() => send({ replyTo: null }), noReply("null")],
    [() => send({ replyTo: { messageId: "1" } }), noReply("{ messageId: '1' }")],
    [
      () => send({ replyTo: { id: "1", author: "ann" } }),
      "bad_option: the author of replyTo is 'ann'; give { id, displayName }",
    ],
    [
      () => client.can("messageIds", where),
      'bad_option: there is no feature "messageIds"; did you mean message_ids?',
    ],
    [
      () => client.can(untyped(undefined), where),
      'bad_option: there is no feature "undefined"; names are like message_ids',
    ],
    [() => send({ persona: "Zed" }), noPersona("'Zed'")],
    [() => send({ startThread: "yes" }), noThread("startThread is 'yes'; give true or false")],
    [
      () => send({ startThread: true }),
      noThread("startThread needs replyTo, the message at which the thread begins"),
    ],
    [
      () => client.sendMessage(where.channelId, untyped(["a", { text: "b" }])),
      "invalid_argument: part 2: it is an object that is no block; " +
        "content is words, a number, a block, or a list of these",
    ],
    ...EMPTY.flatMap((content) => [
      [() => client.sendMessage(where.channelId, content), nothing] as const,
      [() => client.performPrivateAction("test://net/ann", content), nothing] as const,
      [() => client.editMessage(where, "1", content), nothing] as const,
    ]),
    ...RELATIVE.map(
      ([content, what]) =>
        [() => client.sendMessage(where.channelId, content), `invalid_argument: ${what}`] as const,
    ),
  ];
  for (const [call, expected] of rows) {
    const reason: unknown = await call().catch((error: unknown) => error);
    assert.ok(reason instanceof SeabirdError, expected);
    assert.equal(`${reason.code}: ${reason.message}`, expected);
    assert.match(reason.stack?.split("\n")[1] ?? "", /misuse\.test\.ts/);
  }
});
