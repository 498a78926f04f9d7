/** DNS rebinding: on a loopback address only names of this machine are answered, native gRPC excepted. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { before, type TestContext, test } from "node:test";
import { startCore, type TestCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";

const PATH = "/seabird.Seabird/GetCoreInfo";
const EVIL = "rebound.evil.example";
const EMPTY = new Uint8Array(0);

interface World {
  readonly core: TestCore;
  readonly token: string;
}

async function world(t: Pick<TestContext, "after">): Promise<World> {
  const env = {
    SEABIRD_HOST_NAMES: "chat.example",
    SEABIRD_PUBLIC_URL: "https://public.example/chat",
    SEABIRD_METRICS_BIND: "127.0.0.1:0",
  };
  const core = await startCore({ env }, t);
  return { core, token: await core.token() };
}

/** The status and text of a request on HTTP/1.1. */
async function http1(url: string, host: string, token?: string): Promise<[number, string]> {
  const headers = { host, ...(token && { "content-type": "application/json" }) };
  const authorization = token && { authorization: `Bearer ${token}` };
  const method = token === undefined ? "GET" : "POST";
  const call = request(url, { method, headers: { ...headers, ...authorization }, agent: false });
  call.end(token === undefined ? undefined : "{}");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  return [response.statusCode ?? 0, await text(response)];
}

let there: World;
let mine: RawClient;
const undo: (() => unknown)[] = [];
const suite = { after: (then: () => unknown) => undo.push(then) };
before(async () => {
  there = await world(suite);
  mine = new RawClient(there.core.url, { token: there.token });
  undo.push(() => mine.close());
});
test.after(async () => {
  for (const each of undo.reverse()) await each();
});

test("on HTTP/1.1 another name is refused, whatever is asked for", async () => {
  const { core, token } = there;
  for (const path of ["/healthz", "/readyz", "/metrics", "/media/x/y", "/nothing"]) {
    const [status, says] = await http1(core.url + path, EVIL);
    assert.equal(status, 403, path);
    assert.match(says, /host_names/);
  }
  assert.equal((await http1(core.url + PATH, EVIL, token))[0], 403);
  const lines = core.lines.filter(({ message }) => /host name/.test(message));
  assert.equal(lines.length, 1);
});

test("the names of this machine and those of the settings are answered", async () => {
  const { core, token } = there;
  for (const host of [
    "localhost",
    "x.localhost:1",
    "[::1]",
    "chat.example",
    "public.example:443",
  ]) {
    assert.equal((await http1(`${core.url}/healthz`, host))[0], 200, host);
    assert.equal((await http1(core.url + PATH, host, token))[0], 200, host);
  }
});

test("the page for metrics without a token is not for other names", async () => {
  const url = there.core.core.metricsUrl ?? "";
  assert.equal((await http1(url, EVIL))[0], 403);
  assert.equal((await http1(url, "localhost"))[0], 200);
});

for (const type of ["application/json", "application/connect+json", "application/grpc-web+proto"]) {
  test(`on HTTP/2 ${type} is refused for another name`, async () => {
    for (const headers of [{ ":authority": EVIL }, { host: EVIL }]) {
      const call = mine.open(PATH, { ...headers, "content-type": type });
      call.enveloped = false;
      call.stream.end("{}");
      await call.result();
      assert.equal(call.headers[":status"], 403);
    }
  });
}

test("native gRPC is answered under every name", async () => {
  assert.equal((await mine.unary(PATH, EMPTY, { ":authority": EVIL })).status, 0);
});
