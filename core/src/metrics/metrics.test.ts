import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_BACKEND_TYPES, Metrics } from "./metrics.ts";

/** The value of the line that begins so; fails without one. */
function sampleOf(body: string, line: string): number {
  const found = body.split("\n").find((each) => each.startsWith(`${line} `));
  assert.ok(found !== undefined, `no line ${line}`);
  return Number(found.slice(line.length + 1));
}

test("what happened is counted, and written as Prometheus reads it", async () => {
  const metrics = new Metrics();
  metrics.connectionOpened("h2");
  metrics.connectionOpened("h2");
  metrics.connectionClosed("h2");
  metrics.connectionRefused("too_many");
  metrics.eventReceived("message", "irc");
  metrics.eventDropped("bad_block", "irc");
  metrics.eventPublished(100);
  metrics.eventsDelivered(3, 300);
  metrics.eventsLost(2);
  metrics.actionDone("sendMessage", "irc", "ok", 7);
  metrics.actionDone("sendMessage", "", "bad_id", 0.1);
  metrics.eventStreamOpened();
  metrics.eventStreamClosed("fell_behind");
  metrics.backendConnected("irc");
  for (const isConnected of [false, true, false]) metrics.networkChanged("irc", isConnected);
  metrics.callEnded("/seabird.Seabird/SendMessage", "grpc", "ok", 20_000);
  metrics.ingestPaused(500);
  metrics.show("seabird_example", "An example", () => 42);
  metrics.fileFetched("ok", "matrix");
  const sizes = { requestsInFlight: 1, requestsQueued: 0 };
  metrics.showBackends(() => [
    { type: "matrix", channels: 2, ...sizes },
    { type: "irc", channels: 3, ...sizes },
    { type: "irc", channels: 4, ...sizes },
  ]);
  const { contentType, body } = await metrics.render();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  const expected: readonly [string, number][] = [
    ['seabird_connections{protocol="h2"}', 1],
    ['seabird_connections_opened_total{protocol="h2"}', 2],
    ['seabird_connections_refused_total{reason="too_many"}', 1],
    ['seabird_events_received_total{kind="message",backend_type="irc"}', 1],
    ['seabird_events_dropped_total{reason="bad_block",backend_type="irc"}', 1],
    ["seabird_events_published_total", 1],
    ["seabird_events_delivered_total", 3],
    ["seabird_event_bytes_delivered_total", 300],
    ["seabird_events_lost_total", 2],
    ['seabird_actions_total{kind="sendMessage",backend_type="irc",outcome="ok"}', 1],
    ['seabird_actions_total{kind="sendMessage",backend_type="",outcome="bad_id"}', 1],
    ['seabird_action_duration_seconds_bucket{kind="sendMessage",backend_type="irc",le="0.005"}', 0],
    ['seabird_action_duration_seconds_bucket{kind="sendMessage",backend_type="irc",le="0.01"}', 1],
    ['seabird_action_duration_seconds_bucket{kind="sendMessage",backend_type="irc",le="+Inf"}', 1],
    ['seabird_action_duration_seconds_sum{kind="sendMessage",backend_type="irc"}', 0.007],
    ['seabird_action_duration_seconds_count{kind="sendMessage",backend_type="irc"}', 1],
    ['seabird_event_streams_closed_total{reason="fell_behind"}', 1],
    ['seabird_backends{backend_type="irc"}', 1],
    ['seabird_backends_network_lost{backend_type="irc"}', 1],
    ['seabird_network_lost_total{backend_type="irc"}', 2],
    ["seabird_ingest_paused_seconds_total", 0.5],
    ["seabird_example", 42],
    ['seabird_media_fetches_total{outcome="ok",backend_type="matrix"}', 1],
    ['seabird_backend_channels{backend_type="irc"}', 7],
    ['seabird_backend_requests_in_flight{backend_type="matrix"}', 1],
  ];
  for (const [line, value] of expected) assert.equal(sampleOf(body, line), value, line);
  assert.match(body, /^nodejs_eventloop_lag_p99_seconds /m);
  assert.match(body, /^process_resident_memory_bytes /m);
  assert.match(body, /^nodejs_active_resources/m);
});

test("backend types beyond the bound are counted together", async () => {
  const metrics = new Metrics();
  const count = MAX_BACKEND_TYPES + 10;
  for (let type = 0; type < count; type++) metrics.eventReceived("message", `type${type}`);
  const { body } = await metrics.render();
  const lines = body
    .split("\n")
    .filter((line) => line.startsWith("seabird_events_received_total{"));
  assert.equal(lines.length, MAX_BACKEND_TYPES + 1);
  const other = 'seabird_events_received_total{kind="message",backend_type="other"}';
  assert.equal(sampleOf(body, other), 10);
});

test("a label's text cannot break out of its line", async () => {
  const metrics = new Metrics();
  metrics.eventReceived("message", 'a"} 1\nevil 1 \\');
  const { body } = await metrics.render();
  assert.ok(!/^evil/m.test(body));
});

test("scrapes that come together are made once, and each is newer than its question", async () => {
  const metrics = new Metrics();
  let reads = 0;
  metrics.show("seabird_example", "An example", () => ++reads);
  const together = await Promise.all(Array.from({ length: 20 }, () => metrics.render()));
  assert.deepEqual(
    new Set(together.map(({ body }) => sampleOf(body, "seabird_example"))),
    new Set([1]),
  );
  const plugins = Promise.withResolvers<readonly []>();
  const asked = Promise.withResolvers<void>();
  metrics.showPlugins(() => {
    asked.resolve();
    return plugins.promise;
  });
  const first = metrics.render();
  await asked.promise;
  const later = [metrics.render(), metrics.render()];
  plugins.resolve([]);
  const [one, ...others] = await Promise.all([first, ...later]);
  assert.ok(one !== undefined);
  const samples = others.map(({ body }) => sampleOf(body, "seabird_example"));
  assert.deepEqual([sampleOf(one.body, "seabird_example"), ...samples], [2, 3, 3]);
});

test("a scrape that fails fails those that asked for it alone", async () => {
  const metrics = new Metrics();
  metrics.showPlugins(async () => {
    throw new Error("no figures");
  });
  await assert.rejects(metrics.render(), /no figures/);
  metrics.showPlugins(async () => []);
  assert.ok((await metrics.render()).body.length > 0);
});
