import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrokerError } from "../errors.ts";
import { act, actWith, assertRefused, KINDS, requestOf, send } from "../test/acting.ts";
import { drain, eventsIn, line, TestBroker, textsIn } from "../test/fixtures.ts";

test("announcing and asking happen in the order of calls, before any answer", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  const texts = Array.from({ length: 200 }, (_, i) => `${i}`);
  for (const text of texts) send(t, text).catch(() => {});
  assert.deepEqual(textsIn(stream), texts);
  const asked = backend
    .requests()
    .map(({ inner }) => (inner.case === "sendMessage" ? inner.value.text : ""));
  assert.deepEqual(asked, texts);
});

test("a backend's refusal reaches the caller in its own words", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const refused = act(t, "sendMessage");
  backend.answer(backend.request().id, { case: "failed", value: { reason: "no such channel" } });
  await assertRefused(refused, "backend_refused", "no such channel");
  const silent = act(t, "sendMessage");
  backend.answer(backend.request().id, { case: "failed", value: {} });
  await assertRefused(silent, "backend_refused", "backend gave no reason");
  assert.equal(t.broker.stats().backends, 1, "a refusal never ends a backend");
});

test("only the backend that was asked can answer", async () => {
  const t = new TestBroker();
  const [asked, other] = [t.backend(), t.backend("irc", "other")];
  const action = act(t, "sendMessage");
  const { id } = asked.request();
  other.succeed(id);
  assert.equal(t.broker.stats().requestsInFlight, 1);
  asked.succeed(id);
  await action;
  assert.ok(t.seen.observed.includes("eventDropped:unmatched_answer:irc"));
});

test("a change of state is visible before the caller knows", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const join = act(t, "joinChannel").then(() => t.broker.stats().channels);
  backend.answer(backend.request().id, { case: "joinChannel", value: { channelId: "#d" } });
  assert.equal(await join, 1);
});

test("the time limit counts from arrival, and is the smaller of core's and the caller's", async () => {
  const t = new TestBroker({ actionTimeoutMs: 1_000 });
  const backend = t.backend();
  const outcomes: string[] = [];
  const note = (name: string, action: Promise<unknown>): void => {
    action.catch((error: BrokerError) => outcomes.push(`${name} ${error.code} ${error.message}`));
  };
  note("own", send(t, "a"));
  note("caller's", send(t, "b", { timeoutMs: 300 }));
  note("waited before", send(t, "c", { arrivedAtMs: t.clock.now() - 900, timeoutMs: 5_000 }));
  const settled = async (ms: number): Promise<string[]> => {
    t.clock.advance(ms);
    await new Promise(setImmediate);
    return outcomes.splice(0);
  };
  assert.deepEqual(await settled(99), []);
  assert.deepEqual(await settled(1), ["waited before request_timeout request timed out"]);
  assert.deepEqual(await settled(200), ["caller's request_timeout request timed out"]);
  assert.deepEqual(await settled(700), ["own request_timeout request timed out"]);
  assert.deepEqual(drain(backend.session.output), [], "what was not sent yet never is");
  assert.equal(t.clock.armed, 0);
});

test("every kind can have a time limit of its own", async () => {
  for (const kind of KINDS) {
    const others = Object.fromEntries(KINDS.map((each) => [each, 5_000]));
    const t = new TestBroker({ actionTimeoutMs: 9_000, actionTimeouts: { ...others, [kind]: 77 } });
    t.backend();
    const action = act(t, kind);
    t.clock.advance(76);
    assert.equal(t.broker.stats().requestsInFlight, 1);
    t.clock.advance(1);
    await assertRefused(action, "request_timeout");
  }
});

for (const timeoutMs of [0, -5]) {
  test(`a limit of ${timeoutMs} ms is over before anything is announced`, async () => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = t.stream();
    await assertRefused(send(t, "x", { timeoutMs }), "request_timeout", "request timed out");
    assert.deepEqual([drain(stream), drain(backend.session.output)], [[], []]);
  });
}

test("a cancelled call is forgotten at once; its late answer is ignored, but still tracks", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const call = t.call();
  const join = t.broker.act("joinChannel", requestOf("joinChannel"), call);
  const { id } = backend.request();
  call.onCancelled?.();
  await assertRefused(join, "cancelled");
  assert.equal(t.broker.stats().requestsInFlight, 0);
  assert.equal(t.clock.armed, 0);
  backend.answer(id, { case: "joinChannel", value: { channelId: "#d" } });
  assert.equal(t.broker.stats().channels, 1);
});

test("a call that was cancelled before it arrived does nothing", async () => {
  const t = new TestBroker();
  t.backend();
  const stream = t.stream();
  await assertRefused(send(t, "x", { cancelled: true }), "cancelled");
  assert.deepEqual(drain(stream), []);
});

test("a backend that goes fails what waits for it, at once", async () => {
  for (const how of ["close", "finish"] as const) {
    const t = new TestBroker();
    const backend = t.backend();
    const other = t.backend("irc", "other");
    const waiting = [act(t, "sendMessage"), act(t, "joinChannel")];
    const elsewhere = act(t, "sendMessage", "irc://other/x");
    backend.session[how]();
    for (const each of waiting) await assertRefused(each, "backend_gone", "backend disconnected");
    other.succeed(other.request().id);
    await elsewhere;
    await assertRefused(act(t, "sendMessage"), "unknown_backend");
  }
});

test("private sends need the scope, before anything is announced", async () => {
  const t = new TestBroker();
  t.backend();
  const stream = t.stream();
  const caller = { mayPrivate: false };
  for (const kind of ["sendPrivateMessage", "performPrivateAction"] as const) {
    const action = act(t, kind, undefined, { caller });
    await assertRefused(action, "missing_scope", 'token lacks the scope "private"');
  }
  act(t, "sendMessage", undefined, { caller }).catch(() => {});
  assert.equal(eventsIn(stream).length, 1);
});

test("a refusal says when to try again while the backend's network is lost, and only then", async () => {
  for (const idempotencyKey of ["", "a key"]) {
    const t = new TestBroker({ networkRetryAfterMs: 900 });
    const backend = t.backend();
    const advice: (number | undefined)[] = [];
    for (const isConnected of [true, false, true]) {
      backend.say({ inner: { case: "networkState", value: { isConnected, reason: "gone" } } });
      const refused = actWith(t, "sendMessage", { options: { idempotencyKey } });
      const value = { reason: "the cable is cut" };
      backend.answer(backend.request().id, { case: "failed", value });
      await assertRefused(refused, "backend_refused", "the cable is cut");
      await refused.catch((error: BrokerError) => advice.push(error.retryAfterMs));
    }
    assert.deepEqual(advice, [undefined, 900, undefined]);
  }
});

test("beyond a backend's requests in flight calls are refused, unannounced, with an advice", async () => {
  const t = new TestBroker({ maxRequestsInFlightPerBackend: 3, inFlightRetryAfterMs: 700 });
  const [backend, other] = [t.backend(), t.backend("irc", "other")];
  const stream = t.stream();
  const waiting = [1, 2, 3].map(() => act(t, "sendMessage"));
  const ids = backend.requests().map(({ id }) => id);
  drain(stream);
  const refused = act(t, "sendMessage");
  await assertRefused(
    refused,
    "too_many_in_flight",
    "too many requests in flight, limit 3, to backend irc://net",
  );
  await assert.rejects(refused, { retryAfterMs: 700 });
  assert.deepEqual(drain(stream), []);
  const elsewhere = act(t, "sendMessage", "irc://other/x");
  other.succeed(other.request().id);
  await elsewhere;
  for (const id of ids) backend.succeed(id);
  await Promise.all(waiting);
  act(t, "sendMessage").catch(() => {});
});

test("a backend that does not read harms only its own callers", async () => {
  const t = new TestBroker({ maxQueuedRequestBytesPerBackend: 5_000 });
  const backend = t.backend();
  const first = send(t, "x".repeat(1_000));
  first.catch(() => {});
  await assertRefused(send(t, "x".repeat(1_000)), "too_many_in_flight");
  t.clock.advance(10_000);
  await assertRefused(first, "request_timeout");
  assert.equal(t.broker.stats().requestBytesQueued, 0);
  send(t, "again").catch(() => {});
  assert.equal(backend.requests().length, 1);
});

test("beyond a token's rate calls are refused, unannounced, saying when to try again", async () => {
  const t = new TestBroker({ maxActionsPerSecondPerToken: 2 });
  t.backend();
  const stream = t.stream();
  for (const text of ["a", "b"]) send(t, text).catch(() => {});
  const refused = send(t, "c");
  await assertRefused(refused, "rate_limited");
  await assert.rejects(refused, { retryAfterMs: 500 });
  send(t, "d", { caller: { tokenId: "another" } }).catch(() => {});
  assert.deepEqual(textsIn(stream), ["a", "b", "d"]);
});

test("ten thousand requests that wait on a dead backend delay no other", async () => {
  const t = new TestBroker();
  t.backend("irc", "dead");
  const live = t.backend();
  const waiting = Array.from({ length: 10_000 }, () => act(t, "joinChannel", "irc://dead"));
  assert.equal(t.clock.armed, 1, "one timer for all");
  for (let i = 0; i < 1_000; i++) {
    const action = act(t, "sendMessage");
    live.succeed(live.request().id);
    await action;
  }
  live.say(line("still here"));
  assert.equal(t.broker.stats().requestsInFlight, 10_000);
  t.clock.advance(10_000);
  const outcomes = await Promise.allSettled(waiting);
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  const { requestsInFlight, requestsQueued, requestBytesQueued } = t.broker.stats();
  assert.deepEqual([requestsInFlight, requestsQueued, requestBytesQueued], [0, 0, 0]);
  assert.equal(t.clock.armed, 0);
});

test("the end of each action is counted once", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const action = act(t, "sendMessage");
  t.clock.advance(25);
  backend.succeed(backend.request().id);
  await action;
  await assertRefused(act(t, "sendMessage", "irc://absent/x"), "unknown_backend");
  await assertRefused(act(t, "leaveChannel", "x"), "bad_id");
  const counted = t.seen.observed.filter((each) => each.startsWith("actionDone"));
  assert.deepEqual(counted, [
    "actionDone:sendMessage:irc:ok:25",
    "actionDone:sendMessage::unknown_backend:0",
    "actionDone:leaveChannel::bad_id:0",
  ]);
});
