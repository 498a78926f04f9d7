/** Two connections that claim to be the same backend. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { act, assertRefused } from "../test/acting.ts";
import { type ChatEventInit, chatEvent, line, refusal, TestBroker } from "../test/fixtures.ts";

function hello(type: string, id: string): ChatEventInit {
  return { inner: { case: "hello", value: { backendInfo: { type, id } } } };
}

test("a name in use is taken, if its connection is alive", async () => {
  const t = new TestBroker();
  const first = t.backend("irc", "net", { alive: async () => true });
  const second = t.broker.openIngest(t.call());
  const claim = second.receive(chatEvent(hello("irc", "net")));
  await assert.rejects(async () => claim, refusal("backend_taken"));
  assert.equal(second.output.end?.error?.code, "backend_taken");
  first.say(line("still here"));
  assert.equal(t.broker.stats().backends, 1);
});

test("a dead connection's name goes to the next that claims it", async () => {
  const t = new TestBroker({ backendPingTimeoutMs: 1_000 });
  const asked: number[] = [];
  const alive = async (...[timeoutMs]: number[]): Promise<boolean> => {
    asked.push(timeoutMs ?? 0);
    return false;
  };
  const first = t.backend("irc", "net", { alive });
  first.say({ inner: { case: "joinChannel", value: { channelId: "#old" } } });
  const waiting = act(t, "sendMessage");
  const second = t.broker.openIngest(t.call());
  await second.receive(chatEvent(hello("irc", "net")));
  assert.deepEqual(asked, [1_000]);
  await assertRefused(waiting, "backend_gone");
  assert.equal(first.session.output.end?.error?.code, "disconnected");
  const [backend] = t.broker.status().backends;
  assert.deepEqual([backend?.connectionId, backend?.channels], ["b2", 0]);
  first.session.close();
  assert.equal(t.broker.stats().backends, 1, "the old one's end does not end the new one");
});

test("of two that claim a dead connection's name one gets it", async () => {
  const t = new TestBroker();
  t.backend("irc", "net", { alive: async () => false });
  const claimants = [t.broker.openIngest(t.call()), t.broker.openIngest(t.call())];
  const claims = claimants.map(async (each) => each.receive(chatEvent(hello("irc", "net"))));
  const outcomes = (await Promise.allSettled(claims)).map(({ status }) => status);
  assert.deepEqual(outcomes.sort(), ["fulfilled", "rejected"]);
  assert.equal(t.broker.stats().backends, 1);
});

test("a name that is free by the time its holder was pinged is free", async () => {
  const t = new TestBroker();
  const ping = Promise.withResolvers<boolean>();
  const first = t.backend("irc", "net", { alive: () => ping.promise });
  const second = t.broker.openIngest(t.call());
  const claim = second.receive(chatEvent(hello("irc", "net")));
  first.session.close();
  ping.resolve(true);
  await claim;
  assert.equal(t.broker.status().backends[0]?.connectionId, "b2");
});

test("a claimant that goes while it waits gets nothing", async () => {
  const t = new TestBroker();
  t.backend("irc", "net", { alive: async () => Promise.reject(new Error("connection lost")) });
  const second = t.broker.openIngest(t.call());
  const claim = second.receive(chatEvent(hello("irc", "net")));
  second.close();
  await claim;
  assert.equal(t.broker.status().backends[0]?.connectionId, "b1");
});

test("a backend replaces its dead connection although the limit of backends is reached", async () => {
  const t = new TestBroker({ maxBackends: 1 });
  t.backend("irc", "net", { alive: async () => false });
  const second = t.broker.openIngest(t.call());
  await second.receive(chatEvent(hello("irc", "net")));
  assert.equal(t.broker.status().backends[0]?.connectionId, "b2");
});

test("a claim of a name is refused if another backend takes the last free connection meanwhile", async () => {
  const t = new TestBroker({ maxBackends: 1 });
  const ping = Promise.withResolvers<boolean>();
  const first = t.backend("irc", "net", { alive: () => ping.promise });
  const second = t.broker.openIngest(t.call());
  const claim = second.receive(chatEvent(hello("irc", "net")));
  first.session.close();
  t.backend("irc", "other");
  ping.resolve(false);
  await assert.rejects(async () => claim, refusal("too_many_streams"));
  refusal("too_many_streams")(second.output.end?.error);
  assert.equal(t.broker.stats().backends, 1);
});
