/** Browsers, curl and Connect's own clients, over HTTP/1.1 and HTTP/2. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createGrpcTransport,
  createConnectTransport as createNodeConnect,
  createGrpcWebTransport as createNodeGrpcWeb,
} from "@connectrpc/connect-node";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ChatIngest, type Event, Seabird } from "@seabird-chat/protocol";
import { Health } from "@seabird-chat/protocol/grpc";
import { startCore, type TestCore, type TestCoreOptions } from "../support/core.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

const run = promisify(execFile);
const CHANNEL = "irc://seabird/%23chan";
const ORIGIN = "https://chat.example";

async function world(t: TestContext, options: TestCoreOptions = {}) {
  const core = await startCore(options, t);
  const token = await core.token();
  const openBackend = async () => {
    const backend = await RawBackend.connect(core.url, token);
    t.after(() => backend.close());
    return backend;
  };
  return { core, token, openBackend };
}

/** Every library client that may meet core, and how it is made. */
const TRANSPORTS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "connect-web, JSON": (baseUrl) => createConnectTransport({ baseUrl }),
  "connect-web, binary": (baseUrl) => createConnectTransport({ baseUrl, useBinaryFormat: true }),
  "gRPC-Web in a browser": (baseUrl) => createGrpcWebTransport({ baseUrl }),
  "connect-node on HTTP/1.1": (baseUrl) => createNodeConnect({ baseUrl, httpVersion: "1.1" }),
  "connect-node on HTTP/2": (baseUrl) => createNodeConnect({ baseUrl, httpVersion: "2" }),
  "gRPC-Web on HTTP/2": (baseUrl) => createNodeGrpcWeb({ baseUrl, httpVersion: "2" }),
  "connect-node's gRPC": (baseUrl) => createGrpcTransport({ baseUrl }),
};

for (const [name, open] of Object.entries(TRANSPORTS)) {
  test(`${name}: actions, errors and a stream of events`, async (t) => {
    const { core, token, openBackend } = await world(t);
    const backend = await openBackend();
    const client = createClient(Seabird, open(core.url));
    const headers = { authorization: `Bearer ${token}` };
    const stop = new AbortController();
    const events = client.streamEvents({}, { headers, signal: stop.signal });
    const received: Event[] = [];
    const reading = (async () => {
      for await (const event of events) received.push(event);
    })().catch((reason) => assert.equal(ConnectError.from(reason).code, Code.Canceled));
    await until("the stream", () => core.core.broker.stats().eventStreams === 1);
    await client.sendMessage({ channelId: CHANNEL, text: "hi" }, { headers });
    backend.say("#chan", "hello back");
    await until("both events", () => received.length === 2);
    assert.deepEqual(
      received.map(({ inner }) => inner.case),
      ["sendMessage", "message"],
    );
    backend.respond = () => ({ case: "failed", value: { reason: "no: 100 % café" } });
    await assert.rejects(client.sendMessage({ channelId: CHANNEL, text: "x" }, { headers }), {
      code: Code.Unknown,
      rawMessage: "no: 100 % café",
    });
    await assert.rejects(client.getCoreInfo({}), { code: Code.Unauthenticated });
    stop.abort();
    await reading;
    await until("no stream", () => core.core.broker.stats().eventStreams === 0);
  });
}

test("lists are what they are on every wire, however often they are asked for", async (t) => {
  const { core, token, openBackend } = await world(t);
  const backend = await openBackend();
  backend.respond = () => ({ case: "metadata", value: { values: { version: "1" } } });
  backend.say("#chan", "hello");
  const headers = { authorization: `Bearer ${token}` };
  const stop = new AbortController();
  t.after(() => stop.abort());
  const help = { name: "ping", shortHelp: "é".repeat(2_000), fullHelp: "x".repeat(20_000) };
  const native = createClient(Seabird, createGrpcTransport({ baseUrl: core.url }));
  const events = native.streamEvents(
    { commands: { ping: help } },
    { headers, signal: stop.signal },
  );
  events[Symbol.asyncIterator]()
    .next()
    .catch(() => undefined);
  await until("the stream", () => core.core.broker.stats().eventStreams === 1);
  for (const [name, open] of Object.entries(TRANSPORTS)) {
    const client = createClient(Seabird, open(core.url));
    for (let repeated = 0; repeated < 2; repeated++) {
      const { commands } = await client.registeredCommands({}, { headers });
      assert.partialDeepStrictEqual(commands, { ping: help }, name);
      const { backends } = await client.listBackends({}, { headers });
      assert.deepEqual(
        backends.map(({ id }) => id),
        ["irc://seabird"],
        name,
      );
      const info = await client.getBackendInfo({ backendId: "irc://seabird" }, { headers });
      assert.deepEqual(info.metadata, { version: "1" }, name);
    }
  }
});

for (const name of ["connect-node on HTTP/2", "gRPC-Web on HTTP/2", "connect-node's gRPC"]) {
  test(`${name}: a backend's stream, both ways and to its end`, async (t) => {
    const { core, token } = await world(t);
    const transport = TRANSPORTS[name]?.(core.url);
    assert.ok(transport !== undefined);
    const backend = createClient(ChatIngest, transport);
    const over = Promise.withResolvers<void>();
    const requests = backend.ingestEvents(
      (async function* () {
        const backendInfo = { type: "irc", id: "seabird" };
        yield { inner: { case: "hello", value: { backendInfo } } } as const;
        yield { inner: { case: "joinChannel", value: { channelId: "#chan" } } } as const;
        yield { inner: { case: "hello", value: { backendInfo } } } as const;
        await over.promise;
      })(),
      { headers: { authorization: `Bearer ${token}` } },
    );
    await assert.rejects(
      (async () => {
        for await (const _request of requests) assert.fail("nothing was asked");
      })(),
      { code: Code.InvalidArgument },
    );
    over.resolve();
    await until("nobody", () => core.core.broker.stats().backends === 0);
  });
}

test("a browser's stream has its header at once", async (t) => {
  const { core, token } = await world(t);
  for (const type of ["application/connect+json", "application/grpc-web+proto"]) {
    const json = type.endsWith("json");
    const stop = new AbortController();
    const response = await fetch(`${core.url}/seabird.Seabird/StreamEvents`, {
      method: "POST",
      headers: { "content-type": type, authorization: `Bearer ${token}` },
      body: json ? Uint8Array.of(0, 0, 0, 0, 2, 0x7b, 0x7d) : Uint8Array.of(0, 0, 0, 0, 0),
      signal: AbortSignal.any([stop.signal, AbortSignal.timeout(10_000)]),
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), type);
    stop.abort();
  }
});

test("the manual's curl line works", async (t) => {
  const { core, token, openBackend } = await world(t);
  const backend = await openBackend();
  const url = `${core.url}/seabird.Seabird/SendMessage`;
  const body = JSON.stringify({ channelId: CHANNEL, text: "hi" });
  const header = `authorization: Bearer ${token}`;
  const json = ["-H", "content-type: application/json"];
  for (const more of [[], json, ["--http2-prior-knowledge"]]) {
    const { stdout } = await run("curl", [
      "-sS",
      "-m",
      "10",
      "-H",
      header,
      ...more,
      "-d",
      body,
      url,
    ]);
    assert.match(stdout, /^{"result":{"sequence":"\d+"}}$/);
  }
  assert.equal(backend.requests.length, 3);
});

test("health and readiness need no token, the metrics do", async (t) => {
  const { core, token } = await world(t);
  const get = async (path: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${core.url}${path}`, { headers });
    return { status: response.status, text: await response.text() };
  };
  assert.deepEqual(await get("/healthz"), { status: 200, text: "ok\n" });
  assert.deepEqual(await get("/readyz"), { status: 200, text: "ready\n" });
  assert.equal((await get("/metrics")).status, 401);
  assert.equal((await get("/metrics", `Bearer ${token}`)).status, 403);
  const metrics = await get("/metrics", `Bearer ${await core.token(["metrics"])}`);
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /^seabird_/m);
  assert.equal((await get("/nothing")).status, 404);
  const health = createClient(Health, createConnectTransport({ baseUrl: core.url }));
  assert.equal((await health.check({})).status, 1);
  await assert.rejects(health.check({ service: "secret" }), { code: Code.NotFound });
});

test("what is no call is refused in HTTP's words", async (t) => {
  const { core, token } = await world(t);
  const url = `${core.url}/seabird.Seabird/SendMessage`;
  const authorization = `Bearer ${token}`;
  const status = async (init: RequestInit) => (await fetch(url, init)).status;
  const post = { method: "POST", body: "{}" };
  assert.equal(await status({ headers: { authorization } }), 405);
  assert.equal(
    await status({ ...post, headers: { authorization, "content-type": "text/xml" } }),
    415,
  );
  const untyped = await fetch(url, {
    method: "POST",
    body: new TextEncoder().encode("{}"),
    headers: { authorization },
  });
  assert.equal(untyped.status, 415);
  assert.match(await untyped.text(), /application\/json/);
  const stream = await fetch(`${core.url}/seabird.ChatIngest/IngestEvents`, {
    ...post,
    headers: { authorization, "content-type": "application/connect+json" },
  });
  assert.equal(stream.status, 505);
});

const NO_JSON: Readonly<Record<string, RegExp>> = {
  "": /^JSON is no seabird.SendMessageRequest: Unexpected end of JSON input$/,
  "{": /Expected property name or '}' in JSON at position 1/,
  '{"text": x}': /: Unexpected token 'x', "\{"text": x\}" is not valid JSON$/,
  '{"text": 5}': /cannot decode field seabird.SendMessageRequest.text from JSON: expected string/,
  "[]": /^JSON is no seabird.SendMessageRequest: /,
};

test("JSON that is none, or no such message, is 400 with what is wrong", async (t) => {
  const { core, token } = await world(t);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  for (const [body, says] of Object.entries(NO_JSON)) {
    const url = `${core.url}/seabird.Seabird/SendMessage`;
    const response = await fetch(url, { method: "POST", headers, body });
    assert.equal(response.status, 400, body);
    const { code, message } = (await response.json()) as { code: string; message: string };
    assert.equal(code, "invalid_argument");
    assert.match(message, says);
  }
});

async function preflight(core: TestCore, origin: string): Promise<Headers> {
  const response = await fetch(`${core.url}/seabird.Seabird/SendMessage`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization,content-type",
    },
  });
  assert.equal(response.status, 204);
  return response.headers;
}

test("an offer of HTTP/2 by upgrade is passed over, and the request answered", async (t) => {
  const { core, token } = await world(t);
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
  };
  const call = request(`${core.url}/seabird.Seabird/GetCoreInfo`, { method: "POST", headers });
  call.end("{}");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  assert.equal(response.statusCode, 200);
  assert.match(await text(response), /startupTimestamp/);
});

test("cross-origin requests are closed by default", async (t) => {
  const { core } = await world(t);
  assert.equal((await preflight(core, ORIGIN)).get("access-control-allow-origin"), null);
  const response = await fetch(`${core.url}/healthz`, { headers: { origin: ORIGIN } });
  assert.equal(response.headers.get("access-control-allow-origin"), null);
});

test("cross-origin requests are open for the origins that are listed", async (t) => {
  const { core } = await world(t, { corsOrigins: [ORIGIN] });
  const allowed = await preflight(core, ORIGIN);
  assert.equal(allowed.get("access-control-allow-origin"), ORIGIN);
  assert.equal(allowed.get("access-control-allow-methods"), "POST, GET, PUT");
  assert.match(allowed.get("access-control-allow-headers") ?? "", /authorization/);
  assert.equal((await preflight(core, "https://evil")).get("access-control-allow-origin"), null);
  const response = await fetch(`${core.url}/seabird.Seabird/GetCoreInfo`, {
    method: "POST",
    headers: { origin: ORIGIN, "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(response.status, 401);
  assert.equal(response.headers.get("access-control-allow-origin"), ORIGIN);
  assert.match(response.headers.get("access-control-expose-headers") ?? "", /retry-after-ms/);
});

test("a refusal says when to try again, on every wire", async (t) => {
  const { core, token } = await world(t, { brokerOptions: { maxActionsPerSecondPerToken: 1 } });
  const headers = { authorization: `Bearer ${token}` };
  for (const name of ["connect-web, JSON", "gRPC-Web in a browser", "connect-node's gRPC"]) {
    const transport = TRANSPORTS[name]?.(core.url);
    assert.ok(transport !== undefined);
    const client = createClient(Seabird, transport);
    const action = () => client.sendMessage({ channelId: CHANNEL, text: "x" }, { headers });
    let refusal: ConnectError | undefined;
    for (let tries = 0; tries < 5 && refusal?.code !== Code.ResourceExhausted; tries += 1) {
      refusal = await action().then(
        () => undefined,
        (reason) => ConnectError.from(reason),
      );
    }
    assert.equal(refusal?.code, Code.ResourceExhausted);
    assert.match(refusal?.metadata.get("retry-after-ms") ?? "", /^[1-9][0-9]*$/);
  }
});

test("a browser's stream ends with its token, and says so", async (t) => {
  const { core, token } = await world(t);
  const client = createClient(Seabird, createConnectTransport({ baseUrl: core.url }));
  const events = client.streamEvents({}, { headers: { authorization: `Bearer ${token}` } });
  const ended = assert.rejects(
    (async () => {
      for await (const _event of events) assert.fail("no event was sent");
    })(),
    { code: Code.Unauthenticated, rawMessage: "token revoked" },
  );
  await until("the stream", () => core.core.broker.stats().eventStreams === 1);
  const [record] = await core.core.tokens.list();
  await core.core.tokens.revoke(record?.id ?? "");
  await ended;
});
