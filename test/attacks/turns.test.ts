/** Whose turn it is, by the order of answers: many calls of one peer do not delay those of another. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startCore } from "../support/core.ts";
import { callHeader, FLAG, FrameConnection, frame, headerBlock, TYPE } from "../support/frames.ts";
import { envelope, RawClient } from "../support/grpc-client.ts";
import { until } from "../support/until.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const CHECK = "/grpc.health.v1.Health/Check";
const WATCH = "/grpc.health.v1.Health/Watch";
const NOTHING = envelope(new Uint8Array(0));
/** On a machine that does much else, thousands of calls take their time. */
const HANG_MS = 60_000;
/** What clients assume before SETTINGS, and core gives to those without a token. */
const STREAMS = 100;

/** Frames of so many whole calls, with a token or without. */
function calls(count: number, path: string, token?: string): Buffer {
  const fields = callHeader(path, token ?? "");
  const given = token === undefined ? fields.filter(([name]) => name !== "authorization") : fields;
  const block = headerBlock(given);
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const stream = index * 2 + 1;
      const header = frame(TYPE.headers, FLAG.endHeaders, stream, block);
      return Buffer.concat([header, frame(TYPE.data, FLAG.endStream, stream, NOTHING)]);
    }),
  );
}

const ends = (connection: FrameConnection) =>
  connection.received(TYPE.headers).filter(({ flags }) => (flags & FLAG.endStream) !== 0).length;

async function open(t: TestContext, port: number): Promise<FrameConnection> {
  const connection = await FrameConnection.open(port);
  t.after(() => connection.close());
  return connection;
}

test("a hundred watches of health on one connection, as of a proxy, are all answered", async (t) => {
  const core = await startCore({}, t);
  const proxy = await open(t, core.port);
  await proxy.send(calls(STREAMS, WATCH));
  await until("all statuses", () => proxy.received(TYPE.data).length >= STREAMS);
  assert.equal(ends(proxy), 0);
  assert.equal(proxy.received(TYPE.rstStream).length, 0);
});

test("a call with a token is answered before the calls of fifty without one", async (t) => {
  const core = await startCore({}, t);
  const client = new RawClient(core.url, { token: await core.token() });
  t.after(() => client.close());
  assert.equal((await client.unary(INFO, new Uint8Array(0))).status, 0);
  const strangers = await Promise.all(Array.from({ length: 50 }, () => open(t, core.port)));
  const flood = calls(STREAMS, CHECK);
  const sent = strangers.map((each) => each.send(flood));
  const answered = () => strangers.reduce((sum, each) => sum + ends(each), 0);
  assert.equal((await client.unary(INFO, new Uint8Array(0))).status, 0);
  const before = answered();
  t.diagnostic(`${before} of ${strangers.length * STREAMS} were answered before`);
  assert.ok(before < (strangers.length * STREAMS) / 2);
  await Promise.all(sent);
  await until("all others", () => answered() === strangers.length * STREAMS, HANG_MS);
});

test("a call is answered before the thousand calls of another token", async (t) => {
  const core = await startCore({}, t);
  const token = await core.token();
  const client = new RawClient(core.url, { token: await core.token(["read"], "reader") });
  t.after(() => client.close());
  assert.equal((await client.unary(INFO, new Uint8Array(0))).status, 0);
  const busy = await Promise.all(Array.from({ length: 10 }, () => open(t, core.port)));
  for (const each of busy) {
    await each.send(calls(1, INFO, token));
    await until("acceptance", () => ends(each) === 1);
  }
  const flood = calls(1_000, INFO, token).subarray(calls(1, INFO, token).length);
  const sent = busy.map((each) => each.send(flood));
  const answered = () => busy.reduce((sum, each) => sum + ends(each), 0);
  assert.equal((await client.unary(INFO, new Uint8Array(0))).status, 0);
  const before = answered();
  t.diagnostic(`${before} of 10,000 were answered before`);
  assert.ok(before < 5_000);
  await Promise.all(sent);
  await until("all others", () => answered() === 10_000, HANG_MS);
});
