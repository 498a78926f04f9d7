/** One row a behaviour: over the wire in memory a client sees what it sees over a socket. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ActionClient,
  type ConnectOptions,
  connectActions,
  connectPlugin,
  SeabirdError,
} from "@seabird-chat/sdk";
import { Refused } from "@seabird-chat/sdk/backend";
import { startCore } from "../../../test/support/core.ts";
import { type Functions, startTestBackend } from "../../../test/support/test-backend.ts";
import { FakeClock } from "../time/fake-clock.ts";
import { IdleDetector } from "../time/idle-detector.ts";
import { MemoryCore } from "./memory-core.ts";

/** At most one action, then one an hour. */
const STINGY = { maxActionsPerSecondPerToken: 1 / 3_600, maxActionBurstPerToken: 1 };
/** What no row waits for in vain. */
const NEVER_MS = 60_000;

/** What is closed at the end, the last one first. */
type AtEnd = (close: () => unknown) => void;

interface Harness {
  options(scopes: readonly string[], name?: string): Promise<ConnectOptions>;
  revoke(name: string): Promise<void>;
  /** Ends core, in good order. */
  stop(): Promise<void>;
}

type Row = (harness: Harness, atEnd: AtEnd) => Promise<unknown>;
type BrokerOptions = typeof STINGY;

async function onSocket(atEnd: AtEnd, brokerOptions?: BrokerOptions): Promise<Harness> {
  const core = await startCore(brokerOptions && { brokerOptions });
  atEnd(() => core.close());
  return {
    options: async (scopes, name) => {
      return {
        url: core.url,
        token: await core.token(scopes, name),
        constants: { closeTimeoutMs: 100 },
      };
    },
    async revoke(name) {
      const tokens = await core.core.tokens.list();
      for (const token of tokens) if (token.name === name) await core.core.tokens.revoke(token.id);
    },
    stop: () => core.close(),
  };
}

async function inMemory(atEnd: AtEnd, brokerOptions?: BrokerOptions): Promise<Harness> {
  const clock: FakeClock = new FakeClock();
  const idle = new IdleDetector(clock, NEVER_MS);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const core = new MemoryCore({ idle, log: silent, options: brokerOptions });
  // Rows wait for conditions, so the clock runs on by itself here.
  const run = setInterval(() => clock.advance(10), 10);
  atEnd(() => clearInterval(run));
  let made = 0;
  return {
    options: async (scopes, name = `tester-${++made}`) => ({
      ...core.connectOptions(name, scopes),
      constants: { closeTimeoutMs: 100 },
      clock,
    }),
    revoke: async (name) => core.tokens.revoke(name),
    stop: async () => core.stop(),
  };
}

async function actions(harness: Harness, atEnd: AtEnd, scopes = ["plugin"]): Promise<ActionClient> {
  const client = connectActions(await harness.options(scopes));
  atEnd(() => client.close());
  return client;
}

async function backend(harness: Harness, atEnd: AtEnd, functions: Functions) {
  const options = await harness.options(["backend:*/*"]);
  const client = await startTestBackend({ ...options, type: "irc" }, functions);
  atEnd(() => client.close());
  await client.ready();
  return client;
}

/** What there is to see of a failure. */
async function failure(promise: Promise<unknown>) {
  const { code, message, retryAfterMs } = await promise.then(
    () => new SeabirdError("ok", ""),
    (reason: SeabirdError) => reason,
  );
  const anywhere = message.replace(/http:\S+/g, "http://core");
  return { code, message: anywhere, retries: retryAfterMs !== undefined };
}

const CHANNEL = "irc://net/%23a";

const ROWS: Readonly<Record<string, Row>> = {
  "a backend's reason, whatever letters and however long": async (harness, atEnd) => {
    const reasons = ["404 не пущу 🚪 100%\r\n", "x".repeat(5_000), ""];
    await backend(harness, atEnd, {
      send: (_to, { text }) => {
        throw new Refused(reasons[Number(text)]);
      },
    });
    const client = await actions(harness, atEnd);
    const found: unknown[] = [];
    for (const at of reasons.keys())
      found.push(await failure(client.sendMessage(CHANNEL, `${at}`)));
    return found;
  },
  "ids that nobody has": async (harness, atEnd) => {
    const client = await actions(harness, atEnd);
    return [
      await failure(client.sendMessage(CHANNEL, "hi")),
      await failure(client.sendMessage("nonsense", "hi")),
      await failure(client.listChannels("irc://net")),
      await failure(client.joinChannel("irc", "#a")),
    ];
  },
  "a token that is not known": async (harness, atEnd) => {
    const options = await harness.options(["plugin"]);
    const client = connectActions({ ...options, token: "wrong" });
    atEnd(() => client.close());
    return failure(client.coreInfo());
  },
  "a token without the scope": async (harness, atEnd) => {
    const reader = await actions(harness, atEnd, ["read"]);
    const mute = await actions(harness, atEnd, ["plugin", "-private"]);
    const options = await harness.options(["backend:irc/other"]);
    const wrong = await startTestBackend({ ...options, type: "irc" });
    return [
      await failure(reader.sendMessage(CHANNEL, "hi")),
      await failure(mute.sendPrivateMessage("irc://net/ann", "hi")),
      (await reader.listBackends()).length,
      (await failure(wrong.ready())).code,
    ];
  },
  "a call that is given up": async (harness, atEnd) => {
    await backend(harness, atEnd, { send: () => new Promise(() => undefined) });
    const client = await actions(harness, atEnd);
    const stop = new AbortController();
    const call = failure(client.sendMessage(CHANNEL, "hi", { signal: stop.signal }));
    setImmediate(() => stop.abort(new SeabirdError("cancelled", "enough")));
    return call;
  },
  "a caller's own limit in time": async (harness, atEnd) => {
    await backend(harness, atEnd, { send: () => new Promise(() => undefined) });
    const client = await actions(harness, atEnd);
    // Over a socket both ends keep the time, and either may be the first to say so.
    return (await failure(client.sendMessage(CHANNEL, "hi", { timeoutMs: 200 }))).code;
  },
  "the order of one client's calls": async (harness, atEnd) => {
    const heard: string[] = [];
    await backend(harness, atEnd, {
      send: (_to, { text, block, tags }) => {
        heard.push(`${text} ${block.inner.case} ${tags["a"]} ${tags["core/original-format"]}`);
      },
    });
    const client = await actions(harness, atEnd);
    const tags = { a: "1", "core/x": "taken out" };
    const all = Array.from({ length: 30 }, (_, i) => client.sendMessage(CHANNEL, `${i}`, { tags }));
    await Promise.all(all);
    return heard;
  },
  "events of one backend, to every plugin, in order": async (harness, atEnd) => {
    const net = await backend(harness, atEnd, {});
    const plugins = [0, 1].map(async () => connectPlugin(await harness.options(["plugin"])));
    const heard = plugins.map(async (starting) => {
      const plugin = await starting;
      atEnd(() => plugin.close());
      const found: string[] = [];
      for await (const event of plugin.events()) {
        if (event.kind === "message") found.push(`${event.text} ${event.channelId}`);
        if (found.length === 30) return found;
      }
      return found;
    });
    for (const plugin of await Promise.all(plugins)) await plugin.ready();
    for (let i = 0; i < 30; i++) {
      net.emit.plainMessage({ channel: "#a", user: "ann", text: `${i}` });
    }
    return Promise.all(heard);
  },
  "a command that another plugin holds": async (harness, atEnd) => {
    const commands = { same: { shortHelp: "" } };
    const first = connectPlugin({ ...(await harness.options(["plugin"])), commands });
    atEnd(() => first.close());
    await first.ready();
    const second = connectPlugin({
      ...(await harness.options(["plugin"])),
      commands,
      constants: { takenWindowMs: 1 },
    });
    return failure(second.ready());
  },
  "a token that is revoked under an open stream": async (harness, atEnd) => {
    const plugin = connectPlugin(await harness.options(["plugin"], "gone"));
    atEnd(() => plugin.close());
    await plugin.ready();
    await harness.revoke("gone");
    return failure(plugin.events().next());
  },
  "a second backend of the same name": async (harness, atEnd) => {
    await backend(harness, atEnd, {});
    const options = {
      ...(await harness.options(["backend:*/*"])),
      constants: { takenWindowMs: 1 },
    };
    const second = await startTestBackend({ ...options, type: "irc" });
    return failure(second.ready());
  },
  "a backend that leaves while it is asked": async (harness, atEnd) => {
    const asked = Promise.withResolvers<void>();
    const net = await backend(harness, atEnd, {
      send: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const client = await actions(harness, atEnd);
    const call = failure(client.sendMessage(CHANNEL, "hi"));
    await asked.promise;
    void net.close();
    return (await call).code;
  },
};

/** What the row sees on a wire, everything closed afterwards. */
async function see(row: Row, wire: typeof inMemory, options?: BrokerOptions): Promise<unknown> {
  const ends: (() => unknown)[] = [];
  const atEnd: AtEnd = (close) => ends.unshift(close);
  try {
    return await row(await wire(atEnd, options), atEnd);
  } finally {
    for (const end of ends) await end();
  }
}

for (const [name, row] of Object.entries(ROWS)) {
  test(`${name}: the same on both wires`, { timeout: NEVER_MS }, async () => {
    const [memory, socket] = await Promise.all([see(row, inMemory), see(row, onSocket)]);
    assert.deepEqual(memory, socket);
    assert.notEqual(socket, undefined);
  });
}

test("a refusal by rate says when to come again, on both wires", async () => {
  const row: Row = async (harness, atEnd) => {
    await backend(harness, atEnd, { send: () => undefined });
    const client = await actions(harness, atEnd);
    await client.sendMessage(CHANNEL, "hi");
    return failure(client.sendMessage(CHANNEL, "hi", { timeoutMs: 1_000 }));
  };
  const memory = await see(row, inMemory, STINGY);
  assert.deepEqual(memory, await see(row, onSocket, STINGY));
  assert.equal((memory as { retries: boolean }).retries, true);
});
