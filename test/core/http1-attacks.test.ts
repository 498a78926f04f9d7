/**
 * What an attacker can do with HTTP/1.1 that is allowed, or nearly: after each attack core
 * lives, and holds what it held before.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { startCore, type TestCore, type TestCoreOptions } from "../support/core.ts";
import { steadyGauges } from "../support/gauges.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

interface There {
  readonly core: TestCore;
  readonly token: string;
  readonly attacker: Attacker;
}

interface Attack {
  readonly options?: TestCoreOptions;
  readonly run: (there: There) => Promise<void>;
}

/** A socket that keeps what comes. */
class Attacker {
  readonly socket: Socket;
  text = "";

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk) => {
      this.text += chunk;
    });
  }

  send(text: string): Promise<void> {
    if (this.socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => this.socket.write(text, () => resolve()));
  }

  closed(): Promise<void> {
    return until("the end of the connection", () => this.socket.destroyed);
  }

  answer(pattern: RegExp): Promise<void> {
    return until(`an answer like ${pattern}`, () => pattern.test(this.text));
  }
}

const head = (path: string, token: string, ...more: readonly string[]) =>
  [
    `POST ${path} HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${token}`,
    ...more,
    "",
    "",
  ].join("\r\n");

const SEND = "/seabird.Seabird/SendMessage";
const JSON_TYPE = "content-type: application/json";
const BODY = '{"channelId":"irc://seabird/%23chan","text":"hi"}';
const sized = (body: string) => `content-length: ${Buffer.byteLength(body)}`;
const sending = (token: string, body: string) => head(SEND, token, JSON_TYPE, sized(body)) + body;

const ATTACKS: Readonly<Record<string, Attack>> = {
  "a connection that is kept open for nothing": {
    options: { transportLimits: { http1IdleTimeoutMs: 300 } },
    async run({ attacker }) {
      await attacker.send("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
      await attacker.answer(/200 OK/);
      await attacker.closed();
    },
  },
  "a header that comes drop by drop": {
    options: { transportLimits: { handshakeTimeoutMs: 300 } },
    async run({ attacker }) {
      await attacker.send("GET /healthz HTTP/1.1\r\nx: ");
      await until("the end of the connection", async () => {
        await attacker.send("y");
        return attacker.socket.destroyed;
      });
    },
  },
  "a body that never comes": {
    options: { transportLimits: { requestBodyTimeoutMs: 300 } },
    async run({ attacker, token }) {
      await attacker.send(head(SEND, token, JSON_TYPE, "content-length: 100"));
      await attacker.answer(/deadline_exceeded/);
    },
  },
  "a body without a token that goes on behind its answer": {
    options: { transportLimits: { maxDiscardedBytes: 100_000 } },
    async run({ attacker }) {
      await attacker.send(head(SEND, "bad", JSON_TYPE, "content-length: 1000000000"));
      await attacker.answer(/unauthenticated/);
      await until("the end of the connection", async () => {
        await attacker.send("x".repeat(10_000));
        return attacker.socket.destroyed;
      });
    },
  },
  "a body that never comes, of a request that is answered already": {
    options: { transportLimits: { requestBodyTimeoutMs: 300, handshakeTimeoutMs: 200 } },
    async run({ attacker }) {
      await attacker.send(
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n",
      );
      await attacker.answer(/200 OK/);
      await attacker.closed();
    },
  },
  "a body that never comes, from a peer that never closes": {
    options: { transportLimits: { requestBodyTimeoutMs: 300, handshakeTimeoutMs: 200 } },
    async run({ core }) {
      const port = Number(new URL(core.url).port);
      for (const line of [
        "GET /healthz",
        "GET /media/x/y",
        "POST /media/uploads/x",
        "PUT /media/x",
      ]) {
        const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        socket.on("error", () => {}).resume();
        socket.write(`${line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n`);
        await until("the end of the connection", () => {
          if (!socket.destroyed) socket.write("x");
          return socket.destroyed;
        });
      }
    },
  },
  "requests without an answer, one after the other": {
    async run({ attacker, core, token }) {
      const backend = await RawBackend.connect(core.url, token);
      backend.respond = () => undefined;
      await attacker.send(sending(token, BODY).repeat(200));
      await attacker.closed();
      await until("none of them", () => core.core.broker.stats().requestsInFlight === 0);
      assert.ok(backend.requests.length <= core.core.broker.stats().requestsInFlight + 64);
      await backend.close();
    },
  },
  "streams, one after the other": {
    async run({ attacker, token }) {
      const type = "content-type: application/connect+json";
      const body = "\0\0\0\0\u0002{}";
      const one = head("/seabird.Seabird/StreamEvents", token, type, sized(body)) + body;
      await attacker.send(one.repeat(200));
      await attacker.closed();
    },
  },
  "a few requests at once, which is allowed": {
    async run({ attacker, core, token }) {
      const backend = await RawBackend.connect(core.url, token);
      await attacker.send(sending(token, BODY).repeat(20));
      await until("all answers", () => attacker.text.split("200 OK").length === 21);
      await backend.close();
    },
  },
  "chunks that are none": {
    async run({ attacker, token }) {
      const start = head(SEND, token, JSON_TYPE, "transfer-encoding: chunked");
      await attacker.send(`${start}5\r\nhello\r\nzz\r\n\r\n`);
      await attacker.closed();
    },
  },
  "a chunk that claims to be huge": {
    async run({ attacker, token }) {
      const start = head(SEND, token, JSON_TYPE, "transfer-encoding: chunked");
      await attacker.send(`${start}ffffffffff\r\n`);
      for (let i = 0; i < 100 && !/resource_exhausted/.test(attacker.text); i += 1) {
        await attacker.send("x".repeat(100_000));
      }
      await attacker.answer(/resource_exhausted/);
    },
  },
  "two lengths of one body": {
    async run({ attacker, token }) {
      const start = head(SEND, token, JSON_TYPE, "content-length: 5", "transfer-encoding: chunked");
      await attacker.send(`${start}0\r\n\r\nGET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n`);
      await attacker.closed();
      assert.doesNotMatch(attacker.text, /ready/);
    },
  },
  "an upgrade, which is not taken": {
    async run({ attacker }) {
      const upgrade = ["connection: upgrade", "upgrade: h2c", "", ""];
      await attacker.send(["GET /healthz HTTP/1.1", "host: localhost", ...upgrade].join("\r\n"));
      await attacker.answer(/200 OK/);
    },
  },
  "a tunnel": {
    async run({ attacker }) {
      await attacker.send("CONNECT core:80 HTTP/1.1\r\nhost: localhost\r\n\r\n");
      await attacker.closed();
    },
  },
  "JSON that nests without end": {
    async run({ attacker, token }) {
      await attacker.send(sending(token, `{"rootBlock":${'{"bold":'.repeat(5_000)}`));
      await attacker.answer(/"code":/);
    },
  },
  "unknown JSON that nests without end": {
    async run({ attacker, core, token }) {
      const backend = await RawBackend.connect(core.url, token);
      const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
      await attacker.send(sending(token, `${BODY.slice(0, -1)},"x":${deep}}`));
      await attacker.answer(/200 OK|"code":/);
      await backend.close();
    },
  },
  "names that mean something to JavaScript": {
    async run({ attacker, core, token }) {
      const backend = await RawBackend.connect(core.url, token);
      const tags = '{"__proto__":"a","constructor":"b","toString":"c"}';
      await attacker.send(sending(token, `${BODY.slice(0, -1)},"tags":${tags}}`));
      await attacker.answer(/200 OK/);
      assert.equal(({} as { a?: string }).a, undefined);
      assert.equal(typeof {}.toString, "function");
      await backend.close();
    },
  },
  "a call by GET, as Connect has it": {
    async run({ attacker, token }) {
      const path = "/seabird.Seabird/GetCoreInfo?encoding=json&message=%7B%7D&connect=v1";
      await attacker.send(head(path, token).replace("POST", "GET"));
      await attacker.answer(/405 Method Not Allowed/);
    },
  },
};

for (const [what, { options = {}, run }] of Object.entries(ATTACKS)) {
  test(`core lives through ${what}`, async (t) => {
    const core = await startCore(options, t);
    const token = await core.token();
    const metricsToken = await core.token(["metrics"], "scraper");
    const before = await steadyGauges(core.url, metricsToken);
    const attacker = new Attacker(core.port);
    t.after(() => attacker.socket.destroy());
    await once(attacker.socket, "connect");
    await run({ core, token, attacker });
    attacker.socket.destroy();
    assert.equal((await fetch(`${core.url}/healthz`)).status, 200);
    let now = before;
    await until("what was before", async () => {
      now = await steadyGauges(core.url, metricsToken);
      return Number(now["seabird_open_calls"] ?? 0) === 0 && sameBut(now, before);
    }).catch(() => assert.deepEqual(now, before));
  });
}

/** The same, but for connections that this process's own `fetch` keeps. */
function sameBut(
  now: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): boolean {
  const others = (all: Readonly<Record<string, string>>) =>
    JSON.stringify(
      Object.entries(all).filter(([name]) => !/connections|active_timeouts/.test(name)),
    );
  return others(now) === others(before);
}
