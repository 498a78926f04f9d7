/** The end of core: in order, within its time, and with the truth for everybody. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { EventSchema, SendMessageRequestSchema } from "@seabird-chat/protocol";
import { startCore, type TestCoreOptions } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const EVENTS_PATH = "/seabird.Seabird/StreamEvents";
const SEND_PATH = "/seabird.Seabird/SendMessage";
const HEALTH = "/grpc.health.v1.Health/";
const EMPTY = new Uint8Array(0);
const GOING = "core is shutting down";

const request = (text: string) =>
  toBinary(
    SendMessageRequestSchema,
    create(SendMessageRequestSchema, { channelId: "irc://seabird/%23chan", text }),
  );

async function world(t: TestContext, options: TestCoreOptions = {}) {
  const core = await startCore(options, t);
  const token = await core.token();
  const backend = await RawBackend.connect(core.url, token);
  const client = new RawClient(core.url, { token });
  t.after(() => Promise.all([client.close(), backend.close()]));
  const events = client.open(EVENTS_PATH).end(EMPTY);
  await events.headersCame();
  return { core, token, backend, client, events };
}

test("requests in flight are answered, new ones refused, streams end with the reason", async (t) => {
  const { core, backend, client, events } = await world(t);
  const order: string[] = [];
  backend.respond = () => undefined;
  const inFlight = client.unary(SEND_PATH, request("last words"));
  void inFlight.then(() => order.push("request"));
  void events.result().then(() => order.push("events"));
  void backend.call.result().then(() => order.push("ingest"));
  await until("the request", () => backend.requests.length === 1);
  const goaway = once(client.session, "goaway", { signal: AbortSignal.timeout(15_000) });
  const closing = core.close();
  await goaway;
  const health = await client.unary(`${HEALTH}Check`, EMPTY).catch(() => undefined);
  if (health?.status === 0) assert.deepEqual([...(health.messages[0] ?? [])], [8, 2]);
  backend.send({ id: backend.requests[0]?.id ?? "", inner: { case: "success", value: {} } });
  assert.equal((await inFlight).status, 0);
  for (const call of [events, backend.call]) {
    const { status, message } = await call.result();
    assert.deepEqual([status, message], [14, GOING]);
  }
  await closing;
  assert.deepEqual(order, ["request", "events", "ingest"]);
});

test("while a shutdown waits, new calls on an open connection are told so", async (t) => {
  const { core, token, backend, client } = await world(t);
  backend.respond = () => undefined;
  const inFlight = client.unary(SEND_PATH, request("x"));
  await until("the request", () => backend.requests.length === 1);
  const web = new RawClient(core.url, { token });
  t.after(() => web.close());
  await once(web.session, "connect");
  // On its way when core says goodbye: it arrives after that, and is answered all the same.
  const late = web.unary(SEND_PATH, request("too late"));
  const closing = core.close();
  const refused = await late;
  assert.deepEqual([refused.status, refused.message], [14, GOING]);
  const newcomer = connect(core.port, "127.0.0.1");
  const [error] = (await once(newcomer, "error", { signal: AbortSignal.timeout(15_000) })) as [
    NodeJS.ErrnoException,
  ];
  assert.equal(error.code, "ECONNREFUSED");
  assert.equal(backend.requests.length, 1);
  backend.send({ id: backend.requests[0]?.id ?? "", inner: { case: "success", value: {} } });
  assert.equal((await inFlight).status, 0);
  await closing;
});

test("what waits for an event stream is sent before its end", async (t) => {
  const { core, backend, events } = await world(t);
  const count = 500;
  events.stream.pause();
  for (let i = 0; i < count; i += 1) backend.say("#chan", String(i));
  await until("all of them", () => core.core.broker.stats().lastSequence >= count);
  const closing = core.close();
  events.stream.resume();
  const { status, messages } = await events.result();
  assert.equal(status, 14);
  assert.equal(messages.length, count);
  const { inner } = fromBinary(EventSchema, messages.at(-1) ?? EMPTY);
  assert.equal(inner.case === "message" && inner.value.text, String(count - 1));
  await closing;
});

test("nobody can hold up a shutdown beyond its time", async (t) => {
  const { core, backend, client, events } = await world(t, {
    transportLimits: { drainRequestsMs: 300, drainStreamsMs: 200, closeGraceMs: 100 },
  });
  backend.respond = () => undefined;
  events.stream.pause();
  for (let i = 0; i < 1_000; i += 1) backend.say("#chan", "x".repeat(1_000));
  const call = client.unary(SEND_PATH, request("never answered"));
  const idle = connect(core.port, "127.0.0.1");
  idle.on("error", () => {});
  await once(idle, "connect");
  await until("the request", () => core.core.broker.stats().requestsInFlight === 1);
  const beganAtMs = performance.now();
  await core.close();
  assert.ok(performance.now() - beganAtMs < 8_000, "it took more than 8 s");
  assert.equal((await call).status, 14);
});

test("closing under load tells every caller something, and ends", async (t) => {
  const { core, backend, client } = await world(t);
  const ends: number[] = [];
  let stopped = false;
  const callers = Array.from({ length: 32 }, async () => {
    while (!stopped && !client.session.destroyed && !client.session.closed) {
      const end = await client.unary(SEND_PATH, request("load")).catch(() => undefined);
      ends.push(end?.status ?? -1);
      if (end === undefined || end.status !== 0) return;
    }
  });
  await until("some traffic", () => backend.requests.length > 200);
  await core.close();
  stopped = true;
  await Promise.all(callers);
  const unexpected = ends.filter((status) => ![0, 14, -1].includes(status));
  assert.deepEqual(unexpected, []);
  assert.ok(ends.filter((status) => status === 0).length > 200);
});

test("connections that have not said what they speak hold up nothing", async (t) => {
  const { core } = await world(t, { transportLimits: { closeGraceMs: 100 } });
  const beginnings = ["", "P", "PRI ", "GET /heal", "\u0016", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"];
  const sockets = beginnings.map((bytes) => {
    const socket = connect(core.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.resume();
    t.after(() => socket.destroy());
    return { socket, bytes };
  });
  const gone = sockets.map(({ socket }) => new Promise((resolve) => socket.once("close", resolve)));
  await Promise.all(sockets.map(({ socket }) => once(socket, "connect")));
  const closing = core.close();
  for (const { socket, bytes } of sockets) if (bytes !== "") socket.write(bytes);
  await closing;
  await Promise.all(gone);
});

test("closing twice is closing once", async (t) => {
  const { core } = await world(t);
  await Promise.all([core.close(), core.core.close(), core.close()]);
});

test("watchers of health see it go", async (t) => {
  const { core, client } = await world(t);
  const watch = client.open(`${HEALTH}Watch`).end(EMPTY);
  await watch.nextMessages(1);
  const closing = core.close();
  await watch.nextMessages(2);
  assert.deepEqual(
    watch.messages.map((bytes) => [...bytes]),
    [
      [8, 1],
      [8, 2],
    ],
  );
  assert.equal((await watch.result()).status, 14);
  await closing;
});
