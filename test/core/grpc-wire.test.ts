/** Native gRPC, frame by frame: what every client in the field relies on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  CoreInfoResponseSchema,
  EventSchema,
  JoinChannelRequestSchema,
  SendMessageRequestSchema,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { startCore } from "../support/core.ts";
import { envelope, RawClient } from "../support/grpc-client.ts";
import { encodeEvent, INGEST_PATH, RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const EVENTS_PATH = "/seabird.Seabird/StreamEvents";
const INFO_PATH = "/seabird.Seabird/GetCoreInfo";
const SEND_PATH = "/seabird.Seabird/SendMessage";
const EMPTY = new Uint8Array(0);

const sendRequest = (text: string, channelId = "irc://seabird/%23chan") =>
  toBinary(SendMessageRequestSchema, create(SendMessageRequestSchema, { channelId, text }));

async function world(t: Parameters<typeof startCore>[1], options = {}) {
  const core = await startCore(options, t);
  const token = await core.token();
  const client = new RawClient(core.url, { token });
  t?.after(() => client.close());
  const backend = async () => {
    const opened = await RawBackend.connect(core.url, token);
    t?.after(() => opened.close());
    return opened;
  };
  return { core, token, client, backend };
}

test("a stream's headers come at once, before any event", async (t) => {
  const { client } = await world(t);
  const events = client.open(EVENTS_PATH).end(EMPTY);
  await events.headersCame();
  assert.equal(events.headers["content-type"], "application/grpc");
  assert.equal(events.messages.length, 0);
  const ingest = client.open(INGEST_PATH);
  await ingest.headersCame();
});

test("a unary call is answered with headers, one message and trailers", async (t) => {
  const { client } = await world(t);
  const result = await client.unary(INFO_PATH, EMPTY);
  assert.equal(result.status, 0);
  assert.equal(result.messages.length, 1);
  const info = fromBinary(CoreInfoResponseSchema, result.messages[0] ?? EMPTY);
  assert.ok(info.startupTimestamp > 0n);
  assert.equal(result.headers["grpc-status"], undefined);
  assert.equal(result.resetCode, 0);
});

test("an error is one header with the status", async (t) => {
  const { client } = await world(t);
  const result = await client.unary("/no.Service/Method", EMPTY);
  assert.equal(result.headers["grpc-status"], "12");
  assert.equal(result.headers[":status"], 200);
});

test("a message may come byte by byte, and compressed", async (t) => {
  const { client, backend } = await world(t);
  const irc = await backend();
  const call = client.open(SEND_PATH, { "grpc-encoding": "gzip" });
  for (const byte of envelope(gzipSync(sendRequest("slowly")), 1)) {
    call.stream.write(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  call.end();
  assert.equal((await call.result()).status, 0);
  const { inner } = irc.requests.at(-1) ?? {};
  assert.equal(inner?.case === "sendMessage" && inner.value.text, "slowly");
});

const BODIES: readonly { what: string; body: Buffer; headers?: object; status: number }[] = [
  { what: "no message", body: Buffer.alloc(0), status: 13 },
  { what: "two messages", body: Buffer.concat([envelope(EMPTY), envelope(EMPTY)]), status: 13 },
  { what: "half a message", body: envelope(sendRequest("x")).subarray(0, 9), status: 13 },
  { what: "half an envelope", body: Buffer.from([0, 0]), status: 13 },
  { what: "compressed without saying how", body: envelope(gzipSync("x"), 1), status: 13 },
  { what: "an unknown flag", body: envelope(EMPTY, 4), status: 13 },
  {
    what: "no gzip",
    body: envelope(Buffer.from("no gzip at all"), 1),
    headers: { "grpc-encoding": "gzip" },
    status: 13,
  },
  { what: "too large a message", body: envelope(Buffer.alloc(4 * 1024 * 1024 + 1)), status: 8 },
  { what: "too large a message, announced", body: Buffer.from([0, 255, 255, 255, 255]), status: 8 },
  {
    what: "a bomb",
    body: envelope(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 1),
    headers: { "grpc-encoding": "gzip" },
    status: 8,
  },
];

for (const { what, body, headers, status } of BODIES) {
  test(`a unary call with ${what} ends with status ${status}`, async (t) => {
    const { client } = await world(t);
    const call = client.open(SEND_PATH, { ...headers });
    call.stream.end(body);
    const result = await call.result();
    assert.equal(result.status, status, result.message);
    assert.equal((await client.unary(INFO_PATH, EMPTY)).status, 0);
  });
}

test("an unknown encoding is answered with the known ones", async (t) => {
  const { client } = await world(t);
  const result = await client.unary(SEND_PATH, EMPTY, { "grpc-encoding": "snappy" });
  assert.equal(result.status, 12);
  assert.equal(result.trailers["grpc-accept-encoding"], "gzip");
});

test("blocks nested beyond what the decoder takes are a bad block", async (t) => {
  const { client } = await world(t);
  let block: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 200; depth += 1) block = nest(nest(block, 0x0a), 0x22);
  const request = Buffer.concat([sendRequest("x"), nest(block, 0x22)]);
  const result = await client.unary(SEND_PATH, request);
  assert.equal(result.status, 3, result.message);
});

/** A field of bytes with this tag around them. */
function nest(bytes: Buffer, tag: number): Buffer {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
}

test("the real status reaches a bidirectional client that has not half-closed", async (t) => {
  const { client } = await world(t);
  const call = client.open(INGEST_PATH);
  call.write(encodeEvent({ inner: { case: "success", value: {} } }));
  const result = await call.result();
  assert.equal(result.status, 3, result.message);
  assert.equal(result.resetCode, 0);
});

test("bytes that are no ChatEvent end an ingest stream with INTERNAL", async (t) => {
  const { backend } = await world(t);
  const irc = await backend();
  irc.call.write(Uint8Array.of(0xff, 0xff));
  assert.equal((await irc.call.result()).status, 13);
});

test("an ingest stream that half-closes ends well", async (t) => {
  const { backend } = await world(t);
  const irc = await backend();
  irc.call.end();
  assert.equal((await irc.call.result()).status, 0);
});

test("calls of one connection are announced in their order", async (t) => {
  const { client, backend } = await world(t);
  const irc = await backend();
  const events = client.open(EVENTS_PATH).end(EMPTY);
  await events.headersCame();
  const count = 200;
  const calls = Array.from({ length: count }, (_, index) => {
    const body = sendRequest(String(index));
    // Every third is compressed, and so needs a moment more.
    if (index % 3 !== 0) return client.unary(SEND_PATH, body);
    const call = client.open(SEND_PATH, { "grpc-encoding": "gzip" });
    call.stream.end(envelope(gzipSync(body), 1));
    return call.result();
  });
  for (const result of await Promise.all(calls)) assert.equal(result.status, 0);
  const expected = Array.from({ length: count }, (_, index) => String(index));
  const texts = (await events.nextMessages(count)).map((bytes) => {
    const { inner } = fromBinary(EventSchema, bytes);
    return inner.case === "sendMessage" ? inner.value.text : "";
  });
  assert.deepEqual(texts, expected);
  assert.deepEqual(
    irc.requests.map(({ inner }) => (inner.case === "sendMessage" ? inner.value.text : "")),
    expected,
  );
});

test("order holds for a token that has to be looked up first", async (t) => {
  const { core, backend } = await world(t);
  const irc = await backend();
  // A token that nobody has asked for yet, on a connection of its own.
  const fresh = new RawClient(core.url, { token: await core.token(["plugin"], "late") });
  t.after(() => fresh.close());
  const calls = Array.from({ length: 50 }, (_, index) =>
    fresh.unary(SEND_PATH, sendRequest(String(index))),
  );
  for (const result of await Promise.all(calls)) assert.equal(result.status, 0);
  assert.deepEqual(
    irc.requests.map(({ inner }) => (inner.case === "sendMessage" ? inner.value.text : "")),
    Array.from({ length: 50 }, (_, index) => String(index)),
  );
});

test("a cancelled call is forgotten at once", async (t) => {
  const { core, client, backend } = await world(t);
  const irc = await backend();
  irc.respond = () => undefined;
  const call = client.open(SEND_PATH).end(sendRequest("never mind"));
  await until("the request", () => core.core.broker.stats().requestsInFlight === 1);
  call.stream.close(8);
  await until("the end of it", () => core.core.broker.stats().requestsInFlight === 0);
});

test("a stream with a timeout ends with DEADLINE_EXCEEDED", async (t) => {
  const { client } = await world(t);
  const call = client.open(EVENTS_PATH, { "grpc-timeout": "100m" }).end(EMPTY);
  assert.equal((await call.result()).status, 4);
});

test("a revoked token's streams end, and say so", async (t) => {
  const { core, client } = await world(t);
  const events = client.open(EVENTS_PATH).end(EMPTY);
  await events.headersCame();
  const ingest = client.open(INGEST_PATH);
  await ingest.headersCame();
  const [token] = await core.core.tokens.list();
  assert.ok(token !== undefined);
  await core.core.tokens.revoke(token.id);
  for (const call of [events, ingest]) {
    const { status, message } = await call.result();
    assert.deepEqual([status, message], [16, "token revoked"]);
  }
  const after = await client.unary(INFO_PATH, EMPTY);
  assert.equal(after.status, 16);
});

test("a call whose token is revoked while it waits still gets its answer", async (t) => {
  const { core, client } = await world(t);
  const irc = await RawBackend.connect(core.url, await core.token(["backend:*/*"], "irc"));
  t.after(() => irc.close());
  irc.respond = () => undefined;
  const answer = client.unary(SEND_PATH, sendRequest("on its way"));
  await until("the request", () => irc.requests.length === 1);
  const token = (await core.core.tokens.list()).find(({ name }) => name === "tester");
  await core.core.tokens.revoke(token?.id ?? "");
  irc.send({ id: irc.requests[0]?.id ?? "", inner: { case: "success", value: {} } });
  assert.equal((await answer).status, 0);
  assert.equal((await client.unary(SEND_PATH, sendRequest("too late"))).status, 16);
});

test("names are free the moment their stream ends", async (t) => {
  const { client } = await world(t);
  const commands = { roll: { name: "roll", shortHelp: "", fullHelp: "" } };
  const request = toBinary(
    StreamEventsRequestSchema,
    create(StreamEventsRequestSchema, { commands }),
  );
  const first = client.open(EVENTS_PATH).end(request);
  await first.headersCame();
  const second = await client.open(EVENTS_PATH).end(request).result();
  assert.deepEqual(
    [second.status, second.message],
    [6, 'command "roll" already registered by another plugin'],
  );
  first.stream.close(8);
  await until("the name", async () => {
    const third = client.open(EVENTS_PATH).end(request);
    await third.until("an answer", () => ":status" in third.headers);
    return third.headers["grpc-status"] === undefined;
  });
});

test("2,000 calls that reach their deadline at once leave the connection alive", async (t) => {
  const { client, backend } = await world(t);
  const irc = await backend();
  irc.respond = () => undefined;
  const events = client.open(EVENTS_PATH).end(EMPTY);
  await events.headersCame();
  await until("settings", () => client.session.remoteSettings.maxConcurrentStreams === 1_024);
  const request = toBinary(
    JoinChannelRequestSchema,
    create(JoinChannelRequestSchema, { backendId: "irc://seabird", channelName: "#c" }),
  );
  for (const _wave of [1, 2]) {
    const calls = Array.from({ length: 1_000 }, () =>
      client.open("/seabird.Seabird/JoinChannel").end(request),
    );
    await until("all requests", () => irc.requests.length % 1_000 === 0 && irc.requests.length > 0);
    for (const call of calls) call.stream.close(8);
    await Promise.all(calls.map((call) => call.result()));
    irc.requests.length = 0;
  }
  assert.equal((await client.unary(INFO_PATH, EMPTY)).status, 0);
  irc.say("#chan", "still there?");
  await events.nextMessages(1);
});

test("a loop of open and reset ends with ENHANCE_YOUR_CALM", async (t) => {
  const { core, client } = await world(t, { transportLimits: { quickResetBurst: 500 } });
  const { session } = client;
  let goaway = -1;
  session.on("goaway", (code) => {
    goaway = code;
  });
  await once(session, "connect");
  await until("the end of the connection", async () => {
    if (!session.destroyed && !session.closed) {
      // So few that core has read all of them when it ends the connection: what it has not read
      // would make its system reset the connection, and GOAWAY would be lost.
      for (let i = 0; i < 50; i += 1) client.open(SEND_PATH).stream.close(8);
      await new Promise<void>((resolve) => session.ping(() => resolve()));
    }
    return goaway >= 0;
  });
  assert.equal(goaway, 11);
  const other = new RawClient(core.url);
  t.after(() => other.close());
  assert.equal((await other.unary("/grpc.health.v1.Health/Check", EMPTY)).status, 0);
});
