/**
 * What a peer without a token can do over HTTP/1.1, and behind a trusted proxy: it pays for what it
 * does, by connection and address, and nobody else does.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { startCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const EMPTY = new Uint8Array(0);
const FAULTS = 32;
const NO_TOKEN = "sbd_nobody-has-this-one";

async function world(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  // Nothing to speak of is restored while the test runs, however slowly.
  const restored = { connectionFaultsPerSecond: 1, faultsPerSecond: 1 };
  const transportLimits = { connectionFaultBurst: FAULTS, faultBurst: 4 * FAULTS, ...restored };
  const core = await startCore({ transportLimits, env }, t);
  return { core, token: await core.token() };
}

type Headers = Readonly<Record<string, string>>;

/** One connection of HTTP/1.1 that sends requests one after the other. */
class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #url: string;
  /** Sockets that were opened. */
  ports = new Set<number>();

  constructor(url: string, t: TestContext) {
    this.#url = url;
    t.after(() => this.#agent.destroy());
  }

  /** The status, or `undefined` if the connection was closed instead. */
  async ask(path: string, headers: Headers, body?: string): Promise<number | undefined> {
    const method = body === undefined ? "GET" : "POST";
    const call = request(this.#url + path, { method, headers, agent: this.#agent });
    call.once("socket", (socket) => {
      if (socket.localPort !== undefined) this.ports.add(socket.localPort);
      else socket.once("connect", () => this.ports.add(socket.localPort ?? 0));
    });
    call.end(body);
    try {
      const [response] = (await once(call, "response")) as [IncomingMessage];
      await text(response);
      return response.statusCode;
    } catch {
      return undefined;
    }
  }

  call(token: string, more: Headers = {}): Promise<number | undefined> {
    const type = { "content-type": "application/json" };
    return this.ask(INFO, { authorization: `Bearer ${token}`, ...type, ...more }, "{}");
  }
}

const WRONGS: Readonly<Record<string, (connection: Connection) => Promise<number | undefined>>> = {
  "guesses tokens": (connection) => connection.call(NO_TOKEN),
  "asks for pages that do not exist": (connection) => connection.ask("/nothing", {}),
  "asks for pages that need a token": (connection) => connection.ask("/metrics", {}),
  "asks for calls that do not exist": (connection) =>
    connection.ask("/seabird.Seabird/Nothing", { "content-type": "application/json" }, "{}"),
  "has a name of another machine": (connection) =>
    connection.ask("/healthz", { host: "evil.example" }),
};

for (const [what, wrong] of Object.entries(WRONGS)) {
  test(`over HTTP/1.1 a connection without a token that ${what} is ended, and pays again when it comes again`, async (t) => {
    const { core, token } = await world(t);
    const rounds: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const attacker = new Connection(core.url, t);
      let answered = 0;
      while ((await wrong(attacker)) !== undefined) answered += 1;
      rounds.push(answered);
    }
    assert.ok((rounds[0] ?? 0) <= FAULTS + 16, `${rounds}`);
    assert.ok((rounds.at(-1) ?? 0) <= 16, `${rounds}`);
    assert.equal(await new Connection(core.url, t).call(token), 200);
    assert.equal(await new Connection(core.url, t).ask("/healthz", {}), 200);
    const warnings = core.lines.filter(({ level }) => level === "warn");
    assert.ok(warnings.length <= 4, JSON.stringify(warnings));
  });
}

for (const type of ["application/json", "application/proto", "application/grpc-web+proto"]) {
  test(`${type}: a refused token is answered the second time as the first`, async (t) => {
    const { core } = await world(t);
    const body = type.includes("web") ? Uint8Array.of(0, 0, 0, 0, 0) : new TextEncoder().encode("");
    const ask = async () => {
      const headers = { "content-type": type, authorization: `Bearer ${NO_TOKEN}` };
      const response = await fetch(core.url + INFO, { method: "POST", headers, body });
      const headersOf = ["content-type", "seabird-instance"].map((name) =>
        response.headers.get(name),
      );
      return [response.status, headersOf, await response.text()];
    };
    const first = await ask();
    assert.match(JSON.stringify(first), /invalid(%20| )auth(%20| )token/);
    for (let i = 0; i < 3; i += 1) assert.deepEqual(await ask(), first);
  });
}

test("a connection with a token may be wrong as often as it likes", async (t) => {
  const { core, token } = await world(t);
  const connection = new Connection(core.url, t);
  assert.equal(await connection.call(token), 200);
  for (let i = 0; i < 5 * FAULTS; i += 1) assert.equal(await connection.ask("/nothing", {}), 404);
  assert.equal(connection.ports.size, 1);
});

const PROXIES = { SEABIRD_TRUSTED_PROXIES: "127.0.0.1" };
const from = (address: string): Headers => ({ "x-forwarded-for": address });

test("behind a trusted proxy a client pays for itself, on HTTP/1.1 and HTTP/2", async (t) => {
  const { core, token } = await world(t, PROXIES);
  const proxy1 = new Connection(core.url, t);
  const proxy2 = new RawClient(core.url, {});
  t.after(() => proxy2.close());
  const native = (secret: string, address: string) =>
    proxy2.unary(INFO, EMPTY, { authorization: `Bearer ${secret}`, ...from(address) });
  for (let i = 0; i < 8 * FAULTS; i += 1) {
    assert.equal(await proxy1.call(NO_TOKEN, from("192.0.2.1")), 401);
    assert.notEqual((await native(NO_TOKEN, "192.0.2.1")).status, 0);
  }
  assert.equal(await proxy1.call(token, from("192.0.2.2")), 200);
  assert.equal(await proxy1.call(token, from("192.0.2.1")), 200);
  assert.equal((await native(token, "192.0.2.2")).status, 0);
  assert.equal((await native(token, "192.0.2.1")).status, 0);
  assert.equal(proxy1.ports.size, 1, "the proxy's connection lives");
  assert.equal(proxy2.session.closed, false);
});

test("who is no trusted proxy is counted himself, whomever he names", async (t) => {
  const { core } = await world(t, { SEABIRD_TRUSTED_PROXIES: "192.0.2.0/24" });
  const attacker = new Connection(core.url, t);
  let answered = 0;
  while ((await attacker.call(NO_TOKEN, from(`198.51.100.${answered}`))) !== undefined) {
    answered += 1;
  }
  assert.ok(answered <= FAULTS + 16, `${answered}`);
});

test("a trusted proxy's connections are not few for one address", async (t) => {
  const limits = { maxConnectionsPerAddress: 2 };
  const core = await startCore({ transportLimits: limits, env: PROXIES }, t);
  const token = await core.token();
  const clients = Array.from({ length: 5 }, () => new RawClient(core.url, { token }));
  for (const client of clients) t.after(() => client.close());
  const calls = clients.map((client) => client.unary(INFO, EMPTY, from("192.0.2.9")));
  for (const call of calls) assert.equal((await call).status, 0);
});
