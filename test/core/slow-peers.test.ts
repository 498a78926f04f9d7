/** Peers that are slow, silent, half gone or dead: each harms only itself. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  EventSchema,
  SendMessageRequestSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { startCore, type TestCore, type TestCoreOptions } from "../support/core.ts";
import { openProxy } from "../support/freezable-proxy.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const EVENTS_PATH = "/seabird.Seabird/StreamEvents";
const EMPTY = new Uint8Array(0);
const TEXT = "x".repeat(1_000);

async function world(t: TestContext, options: TestCoreOptions = {}) {
  const core = await startCore(options, t);
  const token = await core.token();
  const open = (url = core.url) => {
    const client = new RawClient(url, { token });
    t.after(() => client.close());
    return client;
  };
  const openBackend = async (url = core.url) => {
    const backend = await RawBackend.connect(url, token);
    t.after(() => backend.close());
    return backend;
  };
  return { core, token, open, openBackend };
}

async function openEvents(client: RawClient, request: Uint8Array = EMPTY) {
  const call = client.open(EVENTS_PATH).end(request);
  await call.headersCame();
  return call;
}

const registering = (name: string) =>
  toBinary(
    StreamEventsRequestSchema,
    create(StreamEventsRequestSchema, { commands: { [name]: { name } } }),
  );

const statsOf = ({ core }: TestCore) => core.broker.stats();

test("a reader that does not read falls behind alone, and is reset", async (t) => {
  const { core, open, openBackend } = await world(t, {
    brokerOptions: { maxQueuedEventsPerStream: 500, maxReaderStallMs: 50 },
    transportLimits: { endTimeoutMs: 500 },
  });
  const backend = await openBackend();
  const healthy = await openEvents(open());
  const stuck = await openEvents(open());
  stuck.stream.pause();
  const count = 3_000;
  for (let sent = 0; sent < count; sent += 100) {
    for (let i = 0; i < 100; i += 1) backend.say("#chan", `${sent + i} ${TEXT}`);
    await healthy.nextMessages(sent + 100);
  }
  const texts = healthy.messages.map((bytes) => {
    const { inner } = fromBinary(EventSchema, bytes);
    return inner.case === "message" ? Number.parseInt(inner.value.text, 10) : -1;
  });
  assert.deepEqual(
    texts,
    Array.from({ length: count }, (_, index) => index),
  );
  await until("the stuck stream's end", () => stuck.stream.destroyed || stuck.stream.closed);
  assert.equal(stuck.stream.rstCode, 11);
  await until("one stream", () => statsOf(core).eventStreams === 1);
});

test("a reader that was behind and reads again is told why it ended", async (t) => {
  const { core, open, openBackend } = await world(t, {
    brokerOptions: { maxQueuedEventsPerStream: 200, maxReaderStallMs: 50, maxIngestPauseMs: 50 },
  });
  const backend = await openBackend();
  const stuck = await openEvents(open());
  stuck.stream.pause();
  for (let i = 0; i < 1_000; i += 1) backend.say("#chan", TEXT);
  await until("the end of it inside core", () => statsOf(core).eventStreams === 0);
  stuck.stream.resume();
  const { status, message } = await stuck.result();
  assert.deepEqual([status, message], [8, "client fell too far behind"]);
});

test("a dead peer frees its backend's id and its commands", async (t) => {
  const { core, open, openBackend } = await world(t, {
    transportLimits: { keepAliveIntervalMs: 300, keepAliveTimeoutMs: 300 },
  });
  const proxy = await openProxy(core.port);
  t.after(() => proxy.close());
  await openBackend(proxy.url);
  await openEvents(open(proxy.url), registering("roll"));
  await until("both", () => statsOf(core).backends === 1 && statsOf(core).commands === 1);
  proxy.freeze();
  await until("neither", () => statsOf(core).backends === 0 && statsOf(core).commands === 0);
  assert.equal(statsOf(core).eventStreams, 0);
});

test("a living peer outlasts many pings", async (t) => {
  const { open, openBackend } = await world(t, {
    transportLimits: { keepAliveIntervalMs: 100, keepAliveTimeoutMs: 5_000 },
  });
  const client = open();
  let pings = 0;
  client.session.on("ping", () => {
    pings += 1;
  });
  const events = await openEvents(client);
  const backend = await openBackend();
  await until("ten pings", () => pings >= 10);
  backend.say("#chan", "still here");
  await events.nextMessages(1);
});

test("a backend takes the place of one whose connection is dead", async (t) => {
  const { core, token, openBackend } = await world(t);
  const proxy = await openProxy(core.port);
  t.after(() => proxy.close());
  await openBackend(proxy.url);
  await until("the first", () => statsOf(core).backends === 1);
  const rival = await RawBackend.connect(core.url, token);
  assert.equal((await rival.call.result()).status, 6);
  await rival.close();
  proxy.freeze();
  const heir = await openBackend();
  heir.join("#chan");
  await until("its channel", () => statsOf(core).channels === 1);
});

const OPENINGS: readonly { what: string; bytes: string }[] = [
  { what: "nothing", bytes: "" },
  { what: "one byte", bytes: "P" },
  { what: "half a preface", bytes: "PRI * HTTP/2.0\r\n" },
  { what: "a preface and nothing more", bytes: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
  { what: "half a header of HTTP/1.1", bytes: "GET /healthz HTTP/1.1\r\nhost:" },
];

for (const { what, bytes } of OPENINGS) {
  test(`a connection that sends ${what} is closed in time`, async (t) => {
    const { core } = await world(t, { transportLimits: { handshakeTimeoutMs: 300 } });
    const socket = connect(core.port, "127.0.0.1");
    t.after(() => socket.destroy());
    socket.on("error", () => {});
    socket.resume();
    await once(socket, "connect");
    socket.write(bytes);
    await once(socket, "close", { signal: AbortSignal.timeout(15_000) });
  });
}

test("a request that never arrives whole ends in time", async (t) => {
  const { core, open } = await world(t, { transportLimits: { requestBodyTimeoutMs: 300 } });
  const call = open().open("/seabird.Seabird/SendMessage");
  call.stream.write(Buffer.from([0, 0, 0, 0, 9, 1, 2]));
  assert.equal((await call.result()).status, 4);
  await until("nothing open", () => statsOf(core).requestsInFlight === 0);
});

test("a backend that does not read harms only its own callers", async (t) => {
  const { token, core, open, openBackend } = await world(t);
  const stuck = await openBackend();
  stuck.call.stream.pause();
  const other = await RawBackend.connect(core.url, token, "irc", "other");
  t.after(() => other.close());
  const client = open();
  // Only those who wait in vain have a deadline: on a busy machine the others take their time.
  const send = (channelId: string, headers = {}) =>
    client.unary(
      "/seabird.Seabird/SendMessage",
      toBinary(
        SendMessageRequestSchema,
        create(SendMessageRequestSchema, { channelId, text: TEXT }),
      ),
      headers,
    );
  const waiting = Array.from({ length: 500 }, () =>
    send("irc://seabird/%23chan", { "grpc-timeout": "1S" }),
  );
  for (let i = 0; i < 20; i += 1) assert.equal((await send("irc://other/%23chan")).status, 0);
  for (const { status } of await Promise.all(waiting)) assert.equal(status, 4);
});

test("connections beyond the limits are closed, and the others live", async (t) => {
  const { core, open } = await world(t, { transportLimits: { maxConnectionsPerAddress: 3 } });
  const clients = [open(), open(), open()];
  for (const client of clients) {
    assert.equal((await client.unary("/seabird.Seabird/GetCoreInfo", EMPTY)).status, 0);
  }
  const socket = connect(core.port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket.resume(), "close", { signal: AbortSignal.timeout(15_000) });
  await clients[0]?.close();
  await until("a place", async () => {
    const next = open();
    const result = await next.unary("/seabird.Seabird/GetCoreInfo", EMPTY).catch(() => undefined);
    if (result?.status !== 0) await next.close();
    return result?.status === 0;
  });
});

/** Opens a stream of events as a browser would, on a socket that is never read. */
function openUnread(port: number, token: string): Socket {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.pause();
  const body = Buffer.from([0, 0, 0, 0, 2, 0x7b, 0x7d]);
  const head = [
    "POST /seabird.Seabird/StreamEvents HTTP/1.1",
    "host: localhost",
    "content-type: application/connect+json",
    `authorization: Bearer ${token}`,
    `content-length: ${body.length}`,
  ];
  socket.write(Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]));
  return socket;
}

const UNREAD: readonly { what: string; options: TestCoreOptions; line: RegExp }[] = [
  {
    what: "falls behind and is closed",
    options: {
      brokerOptions: { maxQueuedEventsPerStream: 200, maxReaderStallMs: 50 },
      transportLimits: { endTimeoutMs: 500 },
    },
    line: /stream reset/,
  },
  {
    what: "is closed when its writes make no progress",
    options: { transportLimits: { http1WriteTimeoutMs: 500 } },
    line: /write made no progress/,
  },
];

for (const { what, options, line } of UNREAD) {
  test(`a browser that does not read ${what}`, async (t) => {
    const { core, token, open, openBackend } = await world(t, options);
    const backend = await openBackend();
    const socket = openUnread(core.port, token);
    const closed = new Promise((resolve) => socket.once("close", resolve));
    t.after(() => socket.destroy());
    await until("the stream", () => statsOf(core).eventStreams === 1);
    const healthy = await openEvents(open());
    // More than the kernel takes for a socket that nobody reads.
    const large = "y".repeat(30_000);
    for (let sent = 0; sent < 600; sent += 20) {
      for (let i = 0; i < 20; i += 1) backend.say("#chan", large);
      await healthy.nextMessages(sent + 20);
    }
    await until("its end", () => core.lines.some(({ message }) => line.test(message)));
    socket.resume();
    await closed;
    await until("one stream", () => statsOf(core).eventStreams === 1);
  });
}
