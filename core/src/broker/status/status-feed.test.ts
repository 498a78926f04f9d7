import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal, TestBroker } from "../test/fixtures.ts";
import type { StatusChange, StatusWatch } from "./status.ts";

function changesIn(watch: StatusWatch): StatusChange[] {
  const changes: StatusChange[] = [];
  for (let next = watch.take(); next !== undefined; next = watch.take()) changes.push(next);
  return changes;
}

const kindsIn = (watch: StatusWatch): string[] => changesIn(watch).map(({ kind }) => kind);

test("a watch begins with a snapshot, then has each change", () => {
  const t = new TestBroker();
  const stream = t.stream(["x"]);
  const watch = t.broker.watchStatus();
  const [first] = changesIn(watch);
  assert.ok(first?.kind === "snapshot" && first.atMs === t.clock.wallMs());
  assert.deepEqual(
    first.snapshot.streams.map(({ id, commands }) => [id, commands]),
    [["s1", ["x"]]],
  );
  let woken = 0;
  watch.onReady = () => woken++;
  const backend = t.backend();
  stream.close();
  backend.session.finish();
  assert.equal(woken, 1);
  const [connected, closed, left, ...more] = changesIn(watch);
  assert.ok(connected?.kind === "backend_connected" && connected.backend.id === "irc://net");
  assert.ok(closed?.kind === "stream_closed" && closed.id === "s1" && closed.reason === "");
  assert.ok(left?.kind === "backend_disconnected" && left.connectionId === "b1");
  assert.deepEqual(more, []);
});

test("a watcher that is too slow learns how much it missed, and gets a new snapshot", () => {
  const t = new TestBroker({ maxQueuedStatusChanges: 4 });
  const watch = t.broker.watchStatus();
  const streams = Array.from({ length: 10 }, () => t.stream());
  const [missed, snapshot, ...more] = changesIn(watch);
  assert.ok(missed?.kind === "missed" && missed.changes === 11);
  assert.ok(snapshot?.kind === "snapshot" && snapshot.snapshot.streams.length === 10);
  assert.deepEqual(more, []);
  streams[0]?.close();
  assert.deepEqual(kindsIn(watch), ["stream_closed"]);
});

test("an iterated watch waits for changes and ends with the shutdown", async () => {
  const t = new TestBroker();
  const kinds: string[] = [];
  const iterated = (async () => {
    for await (const { kind } of t.broker.watchStatus()) kinds.push(kind);
  })();
  await Promise.resolve();
  t.stream();
  await Promise.resolve();
  t.broker.refuseNew();
  t.broker.refuseNew();
  t.broker.endEventStreams();
  await iterated;
  assert.deepEqual(kinds, ["snapshot", "stream_opened", "shutting_down", "stream_closed"]);
  assert.equal(t.broker.stats().statusWatchers, 0);
});

test("a loop that is left closes its watch, and a watch that is closed ends its loop", async () => {
  const t = new TestBroker();
  for await (const _ of t.broker.watchStatus()) break;
  assert.equal(t.broker.stats().statusWatchers, 0);
  const watch = t.broker.watchStatus();
  const iterated = (async () => {
    for await (const { kind } of watch) assert.equal(kind, "snapshot");
  })();
  await new Promise(setImmediate);
  watch.close();
  watch.close();
  await iterated;
});

test("there are so many watchers and no more", () => {
  const t = new TestBroker({ maxStatusWatchers: 1 });
  const watch = t.broker.watchStatus();
  assert.throws(() => t.broker.watchStatus(), refusal("too_many_streams"));
  watch.close();
  t.broker.watchStatus().close();
});
