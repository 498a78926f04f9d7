/** A request that is refused while its caller still uploads it: every client gets the reason. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { Agent } from "node:http";
import { constants } from "node:http2";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { Seabird } from "@seabird-chat/protocol";
import { startCore } from "../support/core.ts";
import { gauges } from "../support/gauges.ts";
import { RawClient } from "../support/grpc-client.ts";
import { until } from "../support/until.ts";

const MB = 1_000_000;
/** The larger one nears the 10 MB that node:http2's clients may hold when an answer comes. */
const SIZES = { good: [5 * MB, 9 * MB], bad: [5 * MB] };
const PATH = "/seabird.Seabird/SendMessage";
const request = (bytes: number) => ({ channelId: "irc://a/b", text: "x".repeat(bytes) });

interface Refusal {
  readonly code: Code;
  readonly name: string;
  readonly status: number;
  readonly message: string;
}

const REFUSALS: Readonly<Record<"good" | "bad", Refusal>> = {
  good: {
    code: Code.ResourceExhausted,
    name: "resource_exhausted",
    status: 429,
    message: "message too large: more than 4194304 bytes",
  },
  bad: {
    code: Code.Unauthenticated,
    name: "unauthenticated",
    status: 401,
    message: "invalid auth token",
  },
};

const TRANSPORTS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  "Connect on HTTP/1.1": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  "Connect on HTTP/2": (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" }),
  "Connect's JSON on HTTP/2": (baseUrl) =>
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  "gRPC-Web on HTTP/1.1": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" }),
  "gRPC-Web on HTTP/2": (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
};

for (const [name, open] of Object.entries(TRANSPORTS)) {
  test(`connect-node, ${name}: says why a large request is refused`, async (t) => {
    const core = await startCore({}, t);
    const tokens = { good: await core.token(), bad: "bad" };
    const client = createClient(Seabird, open(core.url));
    for (const kind of ["good", "bad"] as const) {
      const refusal = REFUSALS[kind];
      const headers = { authorization: `Bearer ${tokens[kind]}` };
      for (const bytes of SIZES[kind]) {
        const error = await client
          .sendMessage(request(bytes), { headers })
          .catch(ConnectError.from);
        assert.ok(error instanceof ConnectError);
        assert.deepEqual([error.code, error.rawMessage], [refusal.code, refusal.message]);
      }
    }
  });
}

for (const version of ["--http1.1", "--http2-prior-knowledge"]) {
  test(`curl ${version}: says why a large request is refused`, async (t) => {
    const core = await startCore({}, t);
    const tokens = { good: await core.token(), bad: "bad" };
    for (const kind of ["good", "bad"] as const) {
      const { name, status, message } = REFUSALS[kind];
      for (const bytes of SIZES[kind]) {
        const output = await curl(version, tokens[kind], core.url, JSON.stringify(request(bytes)));
        assert.equal(output, `${JSON.stringify({ code: name, message })} ${status}`);
      }
    }
  });
}

/** The answer and its status. */
async function curl(version: string, token: string, url: string, body: string) {
  const headers = ["-H", `authorization: Bearer ${token}`, "-H", "content-type: application/json"];
  const args = ["-sS", "--max-time", "20", version, "-w", " %{http_code}", ...headers];
  const child = execFile("curl", [...args, "--data-binary", "@-", `${url}${PATH}`]);
  child.stdin?.end(body);
  assert.ok(child.stdout !== null && child.stderr !== null);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err;
}

test("on HTTP/1.1 the connection serves further calls after a request that is too large", async (t) => {
  const core = await startCore({}, t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const nodeOptions = { agent };
  const transport = createConnectTransport({ baseUrl: core.url, httpVersion: "1.1", nodeOptions });
  const client = createClient(Seabird, transport);
  const headers = { authorization: `Bearer ${await core.token()}` };
  const ports = new Set<number | undefined>();
  agent.on("free", (socket: Socket) => ports.add(socket.localPort));
  await assert.rejects(client.sendMessage(request(5 * MB), { headers }), /message too large/);
  await client.getCoreInfo({}, { headers });
  assert.equal(ports.size, 1);
});

const BOUND = 100_000;
const ENDLESS = [
  { what: "is refused at its header", token: "bad", status: 401 },
  { what: "is too large", token: undefined, status: 429 },
] as const;
for (const { what, token, status } of ENDLESS) {
  test(`a request that ${what} and goes on is stopped at a bound`, async (t) => {
    const transportLimits = { maxMessageBytes: BOUND, maxDiscardedBytes: BOUND };
    const core = await startCore({ transportLimits }, t);
    const client = new RawClient(core.url, { token: token ?? (await core.token()) });
    t.after(() => client.close());
    const call = client.open(PATH, { "content-type": "application/json" });
    call.enveloped = false;
    let sent = 0;
    const more = () => {
      if (call.stream.destroyed || call.stream.closed || sent > 1_000 * BOUND) return;
      sent += BOUND;
      call.stream.write(Buffer.alloc(BOUND, 32), more);
    };
    more();
    await call.result();
    assert.equal(call.headers[":status"], status);
    assert.equal(call.stream.rstCode, constants.NGHTTP2_NO_ERROR);
    assert.ok(sent < 100 * BOUND, `${sent} bytes sent`);
    assert.match(String(Buffer.from(call.messages[0] ?? [])), /^\{"code":/);
  });
}

const TWO_GIB = Buffer.from([0, 128, 0, 0, 0]);
const ANNOUNCED = [
  { type: "application/grpc", head: TWO_GIB, headers: {}, says: '"grpc-status":"8"' },
  {
    type: "application/grpc",
    head: TWO_GIB.subarray(0, 2),
    headers: {},
    says: '"grpc-status":"8"',
  },
  { type: "application/grpc-web+proto", head: TWO_GIB, headers: {}, says: "grpc-status: 8" },
  {
    type: "application/json",
    head: Buffer.from("{"),
    headers: { "content-length": "2147483648" },
    says: "message too large: more than 4194304 bytes",
  },
] as const;
for (const { type, head, headers, says } of ANNOUNCED) {
  test(`${type}: a call that announces 2 GiB is refused at once, by ${head.length} bytes`, async (t) => {
    const core = await startCore({}, t);
    const client = new RawClient(core.url, { token: await core.token() });
    t.after(() => client.close());
    const call = client.open(PATH, { "content-type": type, ...headers });
    let body = "";
    call.stream.prependListener("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    call.stream.write(head);
    const answer = () => JSON.stringify(call.headers) + body;
    await call.until("the refusal", () => answer().includes(says));
  });
}

test("a request that is refused and goes on by nothing is stopped in time", async (t) => {
  const core = await startCore({ transportLimits: { requestBodyTimeoutMs: 300 } }, t);
  const client = new RawClient(core.url, { token: "bad" });
  t.after(() => client.close());
  const call = client.open(PATH, { "content-type": "application/json" });
  call.enveloped = false;
  await call.result();
  assert.deepEqual([call.headers[":status"], call.stream.rstCode], [401, 0]);
});

test("streams without a token that stay open behind their answers are few, and no open calls", async (t) => {
  const core = await startCore({ transportLimits: { maxDiscardedStreams: 2 } }, t);
  const client = new RawClient(core.url, { token: "bad" });
  t.after(() => client.close());
  const calls = Array.from({ length: 20 }, () => {
    const call = client.open(PATH, { "content-type": "application/json" });
    call.enveloped = false;
    return call;
  });
  const ended = () => calls.filter(({ stream }) => stream.closed).length;
  await until("all answers", () =>
    calls.every(({ headers }) => Number(headers[":status"]) === 401),
  );
  await until("the end of all but two", () => ended() >= 18);
  const admin = await core.token(["admin"]);
  await until("no open call", async () => {
    const { seabird_open_calls: open } = await gauges(core.url, admin);
    return open === "0";
  });
  assert.equal(ended(), 18);
});
