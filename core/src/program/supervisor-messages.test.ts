/** What a supervisor may tell a running core, and what core tells it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { EXIT } from "@seabird-chat/runtime";
import { RawBackend } from "../../../test/support/raw-backend.ts";
import { until } from "../../../test/support/until.ts";
import { hashSecret } from "../auth/secret.ts";
import { ANY_PORT, folder, Run } from "../test/core-run.ts";

const OK = { type: "settings", ok: true };
const PATIENCE_MS = 30_000;

/** Each name's secret is the name. */
function tokens(...names: readonly string[]): string {
  return JSON.stringify(
    names.map((name) => ({ name, hash: hashSecret(name), scopes: ["plugin"] })),
  );
}

test("tokens come and go, the log's level changes, and what is wrong changes nothing", async (t) => {
  const env = { ...ANY_PORT, SEABIRD_EXTRA_TOKENS: tokens("first", "second") };
  const run = new Run(t, [], { cwd: folder(t), env });
  const url = await run.listening();
  const tell = async (settings: object): Promise<unknown> => {
    run.child.send({ type: "settings", ...settings });
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const [answer] = await once(run.child, "message", { signal });
    return answer;
  };
  const statusOf = async (secret: string): Promise<number> => {
    const response = await fetch(`${url}/seabird.Seabird/ListBackends`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: "{}",
    });
    await response.arrayBuffer();
    return response.status;
  };
  const statuses = () => Promise.all(["first", "second", "third"].map(statusOf));
  assert.deepEqual(await statuses(), [200, 200, 401]);
  assert.deepEqual(await tell({ extraTokens: tokens("first", "third") }), OK);
  assert.deepEqual(await statuses(), [200, 401, 200]);

  const level = await tell({ logLevel: "loud", extraTokens: tokens() });
  assert.match(JSON.stringify(level), /the log level is one of .*debug/);
  const broken = await tell({ extraTokens: "{}" });
  assert.match(JSON.stringify(broken), /a JSON list/);
  assert.deepEqual(await statuses(), [200, 401, 200]);

  assert.deepEqual(await tell({ logLevel: "silent" }), OK);
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
  assert.match(run.stdout, /listening/);
  assert.doesNotMatch(run.stdout, /stopping|stopped/, "it says no more");
});

test("the supervisor learns of each network that is lost, back, or gone with its backend", async (t) => {
  const extra = [{ name: "all", hash: hashSecret("all"), scopes: ["backend:*/*"] }];
  const env = { ...ANY_PORT, SEABIRD_EXTRA_TOKENS: JSON.stringify(extra) };
  const run = new Run(t, [], { cwd: folder(t), env });
  const url = await run.listening();
  const told: Record<string, unknown>[] = [];
  run.child.on("message", (message) => void told.push(message as Record<string, unknown>));
  const connect = async (id: string) => {
    const backend = await RawBackend.connect(url, "all", "irc", id);
    t.after(() => backend.close());
    const say = (isConnected: boolean, reason = "") =>
      backend.send({ inner: { case: "networkState", value: { isConnected, reason } } });
    return { say, close: () => backend.close() };
  };
  const never = await connect("never");
  const net = await connect("net");
  const other = await connect("other");
  await never.close();
  const startMs = Date.now() - 60_000;
  const expected: string[] = [];
  const next = async (act: () => unknown, state: string, id = "irc://net") => {
    await act();
    expected.push(`${id} ${state}`);
    await until(`${id} ${state}`, () => told.length >= expected.length);
  };
  await next(() => net.say(false, "reset"), "away reset");
  await next(() => other.say(false), "away ", "irc://other");
  await next(() => net.say(true), "connected");
  await next(() => net.say(false, "again"), "away again");
  await next(() => net.close(), "left");
  assert.deepEqual(
    told.map(
      ({ backendId, state, why }) => `${backendId} ${state}${why === undefined ? "" : ` ${why}`}`,
    ),
    expected,
  );
  for (const { sinceMs, state } of told) assert.equal(state === "away", Number(sinceMs) > startMs);
  run.child.kill("SIGTERM");
  assert.deepEqual(await run.exit, { code: EXIT.ok, signal: null });
});
