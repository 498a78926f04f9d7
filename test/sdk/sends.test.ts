/** Sends and their handles on the real core: what becomes of them, and that each is said once. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connectActions, SeabirdError, type SentMessage } from "@seabird-chat/sdk";
import { startCore, type TestCore } from "../support/core.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";

const CHANNEL = "test://net/%23a";

/** A network that gives ids and can do everything; notes what it was asked. */
function capable(asked: string[]): Functions {
  let sent = 0;
  return {
    send: (to, { text }) => {
      asked.push(`send ${to.id} ${text}`);
      sent += 1;
      return { ids: [`m${sent}`, `m${sent}b`] };
    },
    edit: (to, ids, { text }) => {
      asked.push(`edit ${to.id} ${ids.join("+")} ${text}`);
      return text === "short" ? { ids: ["m1"] } : undefined;
    },
    delete: (to, ids, { reason }) => {
      asked.push(`delete ${to.id} ${ids.join("+")} ${reason}`);
      return reason === "old" ? { m1b: "too old" } : undefined;
    },
    react: (to, id, { emoji, removed }) =>
      void asked.push(`${removed ? "unreact" : "react"} ${to.id} ${id} ${emoji?.text}`),
  };
}

async function start(core: TestCore, functions: Functions, t: TestContext, url = core.url) {
  const token = await core.token();
  const backend = await startTestBackend({ url: core.url, token }, functions);
  t.after(() => backend.close());
  backend.channels.joined({ id: "#a" });
  await backend.ready();
  const client = connectActions({ url, token });
  t.after(() => client.close());
  await client.coreInfo();
  return { client, backend, token };
}

function failure(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (reason: unknown) => {
      assert.ok(reason instanceof SeabirdError);
      return `${reason.code}: ${reason.message}`;
    },
  );
}

const abilities = ({ canEdit, canDelete, canReact }: SentMessage) => [canEdit, canDelete, canReact];

test("a handle edits, deletes and reacts to what was sent", async (t) => {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const { client } = await start(core, capable(asked), t);
  const sent = await client.sendMessage(CHANNEL, "one");
  assert.deepEqual(sent.ids, ["m1", "m1b"]);
  assert.deepEqual(sent.degraded, []);
  assert.equal(sent.channelId, CHANNEL);
  assert.equal(typeof sent.sequence, "bigint");
  assert.deepEqual(abilities(sent), [true, true, true]);
  assert.equal(await sent.edit("two"), sent);
  assert.deepEqual(sent.ids, ["m1", "m1b"]);
  await sent.react("👍");
  await sent.react("👍", { removed: true });
  assert.equal(await failure(sent.delete("old")), "unknown: too old");
  await sent.edit("short");
  assert.deepEqual(sent.ids, ["m1"]);
  await sent.delete();
  assert.deepEqual(asked, [
    "send #a one",
    "edit #a m1+m1b two",
    "react #a m1 👍",
    "unreact #a m1 👍",
    "delete #a m1+m1b old",
    "edit #a m1+m1b short",
    "delete #a m1 ",
  ]);
  assert.equal((await client.sendMessage("test://net/#a", "as typed")).channelId, CHANNEL);
  const person = await client.sendPrivateMessage("test://net/ann", "psst");
  assert.equal(person.channelId, undefined);
  assert.deepEqual(abilities(person), [true, true, true]);
});

test("a handle says what its network cannot do", async (t) => {
  const core = await startCore({}, t);
  const silent = await start(core, { send: () => undefined }, t);
  const sent = await silent.client.sendMessage(CHANNEL, "one");
  assert.deepEqual(sent.ids, []);
  assert.deepEqual(abilities(sent), [false, false, false]);
  const noId = (done: string) =>
    `failed_precondition: test://net gave this message no id, so it cannot be ${done}`;
  assert.equal(await failure(sent.edit("x")), noId("edited"));
  assert.equal(await failure(sent.delete()), noId("deleted"));
  assert.equal(await failure(sent.react("x")), noId("reacted to"));
});

test("ids alone do not make a message editable", async (t) => {
  const core = await startCore({}, t);
  const { send, react } = capable([]);
  const { client } = await start(core, { ...(send && { send }), ...(react && { react }) }, t);
  const sent = await client.sendMessage(CHANNEL, "one");
  assert.deepEqual(abilities(sent), [false, false, true]);
  assert.equal(
    await failure(sent.edit("x")),
    "failed_precondition: test://net cannot edit messages",
  );
  assert.equal(await client.can("react", { channelId: CHANNEL }), true);
  assert.equal(await client.can("edit", { channelId: CHANNEL }), false);
  assert.equal(await client.can("constructor", { channelId: CHANNEL }), false);
  // The bot need not be in a channel to send there.
  assert.equal(await client.can("react", { channelId: "test://net/%23other" }), true);
});

test("calls that are not awaited go out in their order", async (t) => {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const { client } = await start(
    core,
    { ...capable(asked), send: (_to, { text }) => void asked.push(text) },
    t,
  );
  const replyTo = { id: "m1" };
  const where = { channelId: CHANNEL };
  await Promise.all([
    client.sendMessage(CHANNEL, "a", { replyTo }),
    client.sendMessage(CHANNEL, "b"),
    client.react(where, "m1", "c"),
    client.sendMessage(CHANNEL, "d"),
    client.sendMessage(CHANNEL, "f"),
  ]);
  assert.deepEqual(asked, ["a", "b", "react #a m1 c", "d", "f"]);
});

test("who has sent a message does not wait for a backend that is slow to say what it can do", async (t) => {
  const core = await startCore({}, t);
  const gate = Promise.withResolvers<void>();
  const send = () => ({ ids: ["m1"] });
  const metadata = async () => {
    await gate.promise;
    return {};
  };
  const { client } = await start(core, { send, metadata }, t);
  const sent = await client.sendPrivateMessage("test://net/ann", "psst", { timeoutMs: 5_000 });
  // Nobody knows better so far.
  assert.equal(sent.canEdit, true);
  gate.resolve();
  await client.capabilities({ userId: "test://net/ann" });
  assert.equal(sent.canEdit, false);
});

test("a send that is lost with the connection is said once", async (t) => {
  const core = await startCore({}, t);
  const proxy = await TcpProxy.start(core.port, t);
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const said: string[] = [];
  const send: Functions["send"] = async (_to, { text }) => {
    said.push(text);
    begun.resolve();
    await gate.promise;
    return { ids: ["m1"] };
  };
  const { client } = await start(core, { send }, t, proxy.url);
  const sending = client.sendMessage(CHANNEL, "once");
  await begun.promise;
  proxy.dropAll();
  // The client comes back while the outcome is open, and waits for it.
  gate.resolve();
  assert.deepEqual((await sending).ids, ["m1"]);
  assert.deepEqual(said, ["once"]);
});

test("a send is not repeated to another core", async (t) => {
  const [core, other] = [await startCore({}, t), await startCore({}, t)];
  const proxy = await TcpProxy.start(core.port, t);
  const begun = Promise.withResolvers<void>();
  const send: Functions["send"] = async (_to, { signal }) => {
    begun.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  const { client } = await start(core, { send }, t, proxy.url);
  const sending = failure(client.sendMessage(CHANNEL, "once"));
  await begun.promise;
  proxy.target = other.port;
  proxy.dropAll();
  assert.equal(await sending, "aborted: outcome unknown");
});

test("a core that stays away leaves the outcome unknown, within the call's time", async (t) => {
  const core = await startCore({}, t);
  const proxy = await TcpProxy.start(core.port, t);
  const begun = Promise.withResolvers<void>();
  const send: Functions["send"] = async () => {
    begun.resolve();
    await new Promise<void>((resolve) => t.after(() => resolve()));
  };
  const { client } = await start(core, { send }, t, proxy.url);
  const sending = failure(client.sendMessage(CHANNEL, "once", { timeoutMs: 600 }));
  await begun.promise;
  proxy.refuses = true;
  proxy.dropAll();
  assert.equal(await sending, "aborted: outcome unknown");
  // What cannot have been sent is no mystery.
  await client.close();
});

test("sends to a backend that answers none do not use up the keys of others", async (t) => {
  const core = await startCore({ brokerOptions: { maxIdempotencyKeys: 1 } }, t);
  const said: string[] = [];
  const send: Functions["send"] = async (to, { text, signal }) => {
    said.push(text);
    if (to.id === "silent") await new Promise((done) => signal.addEventListener("abort", done));
    return { ids: ["m1"] };
  };
  const { client } = await start(core, { send }, t);
  const lost = client.sendMessage("test://net/silent", "a", { timeoutMs: 100 });
  assert.match(await failure(lost), /^deadline_exceeded: /);
  assert.deepEqual((await client.sendMessage(CHANNEL, "b")).ids, ["m1"]);
  assert.equal(
    await failure(client.sendMessage(CHANNEL, "c", { idempotencyKey: "own" })),
    "resource_exhausted: too many idempotency keys",
  );
  assert.deepEqual(said, ["a", "b"]);
});

test("the author's own key repeats a send without saying it twice", async (t) => {
  const core = await startCore({}, t);
  const asked: string[] = [];
  const { client } = await start(core, capable(asked), t);
  const options = { idempotencyKey: "job 7" };
  const first = await client.sendMessage(CHANNEL, "once", options);
  const again = await client.sendMessage(CHANNEL, "once", options);
  assert.deepEqual(again.ids, first.ids);
  assert.equal(again.sequence, first.sequence);
  assert.deepEqual(asked, ["send #a once"]);
  assert.match(await failure(client.sendMessage(CHANNEL, "other", options)), /^invalid_argument: /);
  for (const idempotencyKey of ["", "x".repeat(65), 7 as never]) {
    assert.match(
      await failure(client.sendMessage(CHANNEL, "x", { idempotencyKey })),
      /^bad_option/,
    );
  }
});
