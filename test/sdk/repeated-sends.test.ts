/** Sends that are repeated on the real core: each is said once, or its outcome is unknown. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type TestContext, test } from "node:test";
import { connectActions } from "@seabird-chat/sdk";
import { Refused, Unconfirmed } from "@seabird-chat/sdk/backend";
import { startCore, type TestCore } from "../support/core.ts";
import { startHttp2Router } from "../support/http2-router.ts";
import { CHANNEL, capable, failure, startSends } from "../support/send-stage.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { type Functions, startTestBackend } from "../support/test-backend.ts";

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
  const { client } = await startSends(core, { send }, t, proxy.url);
  const sending = client.sendMessage(CHANNEL, "once");
  await begun.promise;
  proxy.dropAll();
  // The client comes back while the outcome is open, and waits for it.
  gate.resolve();
  assert.deepEqual((await sending).ids, ["m1"]);
  assert.deepEqual(said, ["once"]);
});

/** Two cores that know the same token, each with a backend of the same name; notes what `other` says. */
async function twoCores(t: TestContext, send: NonNullable<Functions["send"]>) {
  const core = await startCore({}, t);
  const token = await core.token();
  const hash = createHash("sha256").update(token).digest("hex");
  const tokens = [{ name: "tester", hash, scopes: ["plugin", "backend:*/*"] }];
  const other = await startCore({ env: { SEABIRD_EXTRA_TOKENS: JSON.stringify(tokens) } }, t);
  const saidByOther: string[] = [];
  const functions: Functions = { send: (_to, { text }) => void saidByOther.push(text) };
  for (const [{ url }, asked] of [[core, { send }] as const, [other, functions] as const]) {
    const backend = await startTestBackend({ url, token }, asked);
    t.after(() => backend.close());
    await backend.ready();
  }
  return { core, other, token, saidByOther };
}

async function clientOf(url: string, token: string, t: TestContext) {
  const client = connectActions({ url, token });
  t.after(() => client.close());
  await client.coreInfo();
  return client;
}

test("a send is not repeated to another core", async (t) => {
  const begun = Promise.withResolvers<void>();
  const { core, other, token, saidByOther } = await twoCores(t, async (_to, { signal }) => {
    begun.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  });
  const proxy = await TcpProxy.start(core.port, t);
  const client = await clientOf(proxy.url, token, t);
  const sending = failure(client.sendMessage(CHANNEL, "once"));
  await begun.promise;
  proxy.target = other.port;
  proxy.dropAll();
  assert.equal(await sending, "aborted: outcome unknown");
  assert.deepEqual(saidByOther, []);
  await client.sendMessage(CHANNEL, "next");
  assert.deepEqual(saidByOther, ["next"]);
});

test("a repetition that comes to another core than the one that was asked before is refused", async (t) => {
  const said: string[] = [];
  const cores = await twoCores(t, (_to, { text }) => {
    said.push(text);
    return { ids: ["m1"] };
  });
  const send = async (repeatedTo: TestCore) => {
    const named: unknown[] = [];
    const url = await startHttp2Router((headers) => {
      if (headers[":path"] !== "/seabird.Seabird/SendMessage") return cores.core.url;
      named.push(headers["seabird-instance"]);
      return named.length === 1 ? undefined : repeatedTo.url;
    }, t);
    const client = await clientOf(url, cores.token, t);
    const outcome = await failure(client.sendMessage(CHANNEL, "once"));
    assert.deepEqual([named[0], typeof named[1], named.length], [undefined, "string", 2]);
    return outcome;
  };
  assert.equal(await send(cores.core), "none");
  assert.deepEqual([said, cores.saidByOther], [["once"], []]);
  assert.equal(await send(cores.other), "aborted: outcome unknown");
  assert.deepEqual([said, cores.saidByOther], [["once"], []]);
});

test("a core that stays away leaves the outcome unknown, within the call's time", async (t) => {
  const core = await startCore({}, t);
  const proxy = await TcpProxy.start(core.port, t);
  const begun = Promise.withResolvers<void>();
  const send: Functions["send"] = async () => {
    begun.resolve();
    await new Promise<void>((resolve) => t.after(() => resolve()));
  };
  const { client } = await startSends(core, { send }, t, proxy.url);
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
  const { client } = await startSends(core, { send }, t);
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
  const { client } = await startSends(core, capable(asked), t);
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

test("what a network may have is not given to it again under the author's key", async (t) => {
  const core = await startCore({}, t);
  const said: string[] = [];
  const send: Functions["send"] = (_to, { text }) => {
    said.push(text);
    if (text === "refused") throw new Refused("not now");
    throw new Unconfirmed("it may or may not have been sent");
  };
  const { client } = await startSends(core, { send }, t);
  for (const text of ["refused", "unconfirmed"]) {
    const options = { idempotencyKey: text };
    const first = await failure(client.sendMessage(CHANNEL, text, options));
    assert.equal(await failure(client.sendMessage(CHANNEL, text, options)), first);
  }
  assert.deepEqual(said, ["refused", "refused", "unconfirmed"]);
});
