/** What callers can make core hold is bounded, and whoever asks for little still gets it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { create } from "@bufbuild/protobuf";
import { ChatIngest } from "@seabird-chat/protocol";
import { startCore, type TestCoreOptions } from "../support/core.ts";
import { gauges } from "../support/gauges.ts";
import { envelope, type RawCall, RawClient } from "../support/grpc-client.ts";
import { INGEST_PATH, RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import { openWires } from "../support/wires.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const SEND = "/seabird.Seabird/SendMessage";
const LIST = "/seabird.Seabird/ListChannels";
const WATCH = "/grpc.health.v1.Health/Watch";
const EMPTY = new Uint8Array(0);
const MIB = 2 ** 20;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function world(t: TestContext, options: TestCoreOptions = {}) {
  const core = await startCore(options, t);
  const token = await core.token();
  const metricsToken = await core.token(["metrics"], "scraper");
  const open = (initialWindowSize?: number) => {
    const client = new RawClient(core.url, {
      token,
      ...(initialWindowSize === undefined ? {} : { initialWindowSize }),
    });
    t.after(() => client.close());
    return client;
  };
  const gauge = async (name: string) => Number((await gauges(core.url, metricsToken))[name]);
  const heldBytes = () => gauge("seabird_request_buffer_bytes");
  const allHeldBytes = () => gauge("seabird_held_bytes");
  return { core, token, open, heldBytes, allHeldBytes };
}

/** A message of so many bytes, of which the last is missing. */
const unfinished = (bytes: number) => envelope(Buffer.alloc(bytes)).subarray(0, -1);

const CALLS: readonly { what: string; path: string; type: string }[] = [
  { what: "a call's request", path: SEND, type: "application/grpc" },
  { what: "a backend's event", path: INGEST_PATH, type: "application/grpc" },
  { what: "a call's request, gRPC-Web", path: SEND, type: "application/grpc-web+proto" },
  { what: "a backend's event, gRPC-Web", path: INGEST_PATH, type: "application/grpc-web+proto" },
];

for (const { what, path, type } of CALLS) {
  test(`${what} that does not arrive whole is counted, and others' small ones pass`, async (t) => {
    const { open, heldBytes } = await world(t, {
      transportLimits: { maxHeldBytes: 2.5 * MIB },
    });
    const client = open();
    const calls = Array.from({ length: 4 }, () => {
      const call = client.open(path, { "content-type": type });
      call.stream.write(unfinished(MIB));
      return call;
    });
    const ended = ({ headers, trailers, endOfStream }: RawCall) =>
      String(headers["grpc-status"] ?? trailers["grpc-status"] ?? Buffer.from(endOfStream));
    await until("refusals", () => calls.filter((call) => /8/.test(ended(call))).length >= 2);
    await until("what is left", async () => (await heldBytes()) > 1.5 * MIB);
    const other = open();
    assert.equal((await other.unary(INFO, EMPTY)).status, 0);
    await client.close();
    await until("nothing", async () => (await heldBytes()) === 0);
  });
}

test("messages that unpack to much are unpacked a few at a time", async (t) => {
  // Lines of the log would hold on to what they are about.
  const { open } = await world(t, { maxLines: 0 });
  const bomb = envelope(gzipSync(Buffer.alloc(4 * MIB - 1_024)), 1);
  const heldNow = () => process.memoryUsage().arrayBuffers;
  const before = heldNow();
  let most = before;
  const looking = setInterval(() => {
    // On a busy machine, collection falls behind; what it has not freed yet is not held.
    if (heldNow() - before > 300 * MIB) collectGarbage();
    most = Math.max(most, heldNow());
  }, 5);
  t.after(() => clearInterval(looking));
  const client = open();
  const results = Array.from({ length: 200 }, () => {
    const call = client.open(SEND, { "grpc-encoding": "gzip" });
    call.stream.end(bomb);
    return call.result(60_000);
  });
  for (const { status } of await Promise.all(results)) assert.notEqual(status, 0);
  const grownMib = Math.round((most - before) / MIB);
  t.diagnostic(`${grownMib} MiB more`);
  assert.ok(grownMib < 400, `200 messages of 4 MiB took ${grownMib} MiB`);
});

test("an event of too many fields ends the same way on every wire", async (t) => {
  const { core, token } = await world(t, { brokerOptions: { maxEventFields: 100 } });
  const wires = openWires(core.url);
  t.after(() => Promise.all(wires.map((wire) => wire.close())));
  const authorization = `Bearer ${token}`;
  const { ingestEvents } = ChatIngest.method;
  const inner = Array.from({ length: 1_000 }, () => ({
    inner: { case: "text" as const, value: { text: "x" } },
  }));
  const rootBlock = { inner: { case: "container" as const, value: { inner } } };
  for (const wire of wires) {
    const stream = wire.stream(ingestEvents, { authorization });
    const say = (init: object) => stream.send(create(ingestEvents.input, init));
    const backendInfo = { type: "irc", id: wire.name };
    say({ inner: { case: "hello", value: { backendInfo } } });
    say({ inner: { case: "message", value: { text: "bomb", rootBlock } } });
    say({ inner: { case: "joinChannel", value: { channelId: "#after" } } });
    await until("the channel", () => core.core.broker.stats().channels > 0);
    assert.equal(core.core.broker.stats().lastSequence, 0, wire.name);
    stream.halfClose();
    assert.equal((await stream.end()).status, 0, wire.name);
    await until("nobody", () => core.core.broker.stats().channels === 0);
  }
});

test("large answers that nobody takes are bounded in bytes and in time", async (t) => {
  const { core, token, open } = await world(t, {
    // The backend's own list counts too.
    transportLimits: { maxHeldBytes: 700_000, replyTimeoutMs: 500 },
  });
  const backend = await RawBackend.connect(core.url, token);
  t.after(() => backend.close());
  for (let i = 0; i < 200; i += 1) backend.join(`#${i}`, "t".repeat(1_000));
  await until("the channels", () => core.core.broker.stats().channels === 200);
  const request = Buffer.concat([Buffer.from([0x0a, 13]), Buffer.from("irc://seabird")]);
  const reader = open();
  assert.equal((await reader.unary(LIST, request)).status, 0);
  const stuck = open(0);
  const kept = [stuck.open(LIST).end(request), stuck.open(LIST).end(request)];
  for (const call of kept) await call.headersCame();
  // The connection that holds most makes room.
  assert.equal((await open().unary(LIST, request)).status, 0);
  for (const call of kept) assert.equal((await call.result()).resetCode, 11);
  assert.equal((await reader.unary(LIST, request)).status, 0);
});

test("without a token a connection has as many streams as clients assume, with one it gets more", async (t) => {
  const { core, token } = await world(t);
  const client = new RawClient(core.url);
  t.after(() => client.close());
  const { session } = client;
  await once(session, "remoteSettings");
  assert.equal(session.remoteSettings.maxConcurrentStreams, 100);
  const watches = Array.from({ length: 100 }, () => client.open(WATCH).end(EMPTY));
  for (const watch of watches) await watch.nextMessages(1);
  for (const watch of watches.slice(0, 2)) watch.stream.close(8);
  await new Promise<void>((resolve) => session.ping(() => resolve()));
  await client.open(WATCH).end(EMPTY).nextMessages(1);
  const authorization = `Bearer ${token}`;
  assert.equal((await client.open(INFO, { authorization }).end(EMPTY).result()).status, 0);
  await until("more streams", () => session.remoteSettings.maxConcurrentStreams === 1_024);
});

test("a thousand streams of a backend's token that never say Hello leave a few, and let others in", async (t) => {
  const { core, token, open } = await world(t, {
    brokerOptions: { maxSilentBackendsPerToken: 8, helloTimeoutMs: 1_000 },
  });
  const silent = open();
  const calls = Array.from({ length: 1_000 }, () => silent.open(INGEST_PATH));
  const ended = () => calls.filter(({ stream }) => stream.closed).length;
  await until("the others' end", () => ended() >= calls.length - 8);
  const honest = await RawBackend.connect(core.url, token);
  t.after(() => honest.close());
  await until("the end of the last", () => ended() === calls.length);
  assert.equal(core.core.broker.stats().backends, 1);
  const { status } = await (calls.at(-1) as RawCall).result();
  assert.equal(status, 4);
});

test("who holds little of the memory keeps it, whatever others hold in small pieces", async (t) => {
  const maxHeldBytes = 4 * MIB;
  const { core, token, heldBytes, allHeldBytes } = await world(t, {
    transportLimits: { maxHeldBytes },
  });
  const open = (secret: string) => {
    const client = new RawClient(core.url, { token: secret });
    t.after(() => client.close());
    return client;
  };
  const honest = open(await core.token(["plugin"], "honest")).open(SEND);
  honest.stream.write(unfinished(200_000));
  await until("the honest one's", async () => (await heldBytes()) > 200_000);
  const calls = Array.from({ length: 8 }, () => open(token)).flatMap((client) =>
    Array.from({ length: 100 }, () => {
      const call = client.open(SEND);
      call.stream.write(unfinished(16_000));
      return call;
    }),
  );
  const refused = () => calls.filter(({ headers }) => headers["grpc-status"] === "8").length;
  await until("refusals", () => refused() >= 800 - Math.ceil(maxHeldBytes / 24_000));
  assert.ok((await allHeldBytes()) <= maxHeldBytes);
  assert.equal(honest.headers["grpc-status"], undefined);
  const result = honest.end(Buffer.alloc(0)).result();
  assert.notEqual((await result).status, 8, "its end came through");
});
