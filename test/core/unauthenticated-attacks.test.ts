/**
 * What a peer without a token can do with HTTP/2: it is ended with GOAWAY, what it cost is bounded
 * by counts, and who has a token gets in from the same address.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { startCore } from "../support/core.ts";
import {
  callHeader,
  EMPTY_SETTINGS,
  FLAG,
  FrameConnection,
  frame,
  headerBlock,
  openingFrame,
  PREFACE,
  TYPE,
  uint32,
} from "../support/frames.ts";
import { envelope, RawClient } from "../support/grpc-client.ts";
import { until } from "../support/until.ts";

const INFO = "/seabird.Seabird/GetCoreInfo";
const NOWHERE = "/seabird.Seabird/Nowhere";
const CHECK = "/grpc.health.v1.Health/Check";
const EMPTY = new Uint8Array(0);
const NO_TOKEN = "sbd_nobody-has-this-one";
const ENHANCE_YOUR_CALM = 11;
const FAULTS = 64;

async function world(t: TestContext) {
  // What is restored while a slow machine runs the test must not count.
  const transportLimits = {
    connectionFaultBurst: FAULTS,
    connectionFaultsPerSecond: 1,
    faultBurst: 4 * FAULTS,
    faultsPerSecond: 1,
  };
  const core = await startCore({ transportLimits }, t);
  const token = await core.token();
  const open = async () => {
    const attacker = await FrameConnection.open(core.port);
    t.after(() => attacker.close());
    return attacker;
  };
  /** A new connection with a token: its call is answered. */
  const honestCall = async (secret = token) => {
    const client = new RawClient(core.url, { token: secret });
    assert.equal((await client.unary(INFO, EMPTY)).status, 0);
    await client.close();
  };
  return { core, token, open, honestCall };
}

const goaway = (attacker: FrameConnection) =>
  attacker.received(TYPE.goaway).at(-1)?.payload.readUInt32BE(4);

type Wave = (stream: number) => readonly Buffer[];

/**
 * Calls, twenty at once, until the connection ends; resolves with how many. Each time core has to
 * answer a ping: what it has not read would make its system reset the connection, and GOAWAY would
 * be lost.
 */
async function untilEnded(attacker: FrameConnection, wave: Wave): Promise<number> {
  const isEnded = () => attacker.closed || goaway(attacker) !== undefined;
  let calls = 0;
  for (let pings = 1; !isEnded(); pings += 1) {
    const frames: Buffer[] = [];
    for (let i = 0; i < 20; i += 1, calls += 1) frames.push(...wave(2 * calls + 1));
    await attacker.send(...frames, frame(TYPE.ping, 0, 0, Buffer.alloc(8)));
    await until("a pong", () => isEnded() || attacker.received(TYPE.ping).length >= pings);
    // More calls at once than SETTINGS allow would be another fault.
    const isAsked = frames.at(-1)?.[3] === TYPE.data;
    const answers = () => attacker.received(TYPE.headers).length;
    await until("the answers", () => !isAsked || isEnded() || answers() >= calls);
  }
  assert.equal(goaway(attacker), ENHANCE_YOUR_CALM);
  await until("its end", () => attacker.closed);
  return calls;
}

const call = (stream: number, path: string, token: string) => [
  openingFrame(stream, path, token),
  frame(TYPE.data, FLAG.endStream, stream, envelope(EMPTY)),
];

/** Header lines of 3,500 bytes in HPACK's table, for each of which one byte stands. */
function bomb(stream: number): readonly Buffer[] {
  const line = headerBlock([["x-long", "x".repeat(3_500)]]);
  line[0] = 0x40;
  const first = Buffer.concat([headerBlock(callHeader(INFO, NO_TOKEN)), line]);
  const block = stream === 1 ? first : Buffer.alloc(16_000, 0x80 | 62);
  return [frame(TYPE.headers, FLAG.endHeaders | FLAG.endStream, stream, block)];
}

const WAVES: Readonly<Record<string, Wave>> = {
  "opens calls and resets them": (stream) => [
    openingFrame(stream, INFO, NO_TOKEN),
    frame(TYPE.rstStream, 0, stream, uint32(8)),
  ],
  "opens calls and resets them, as if they had ended well": (stream) => [
    openingFrame(stream, INFO, NO_TOKEN),
    frame(TYPE.rstStream, 0, stream, uint32(0)),
  ],
  "resets calls of health": (stream) => [
    openingFrame(stream, CHECK, NO_TOKEN),
    frame(TYPE.rstStream, 0, stream, uint32(8)),
  ],
  "guesses tokens": (stream) => call(stream, INFO, `${NO_TOKEN}-${stream}`),
  "asks for what does not exist": (stream) => call(stream, NOWHERE, NO_TOKEN),
};

for (const [what, wave] of Object.entries(WAVES)) {
  test(`a connection without a token that ${what} is ended, and connecting again renews nothing`, async (t) => {
    const { open, honestCall } = await world(t);
    const calls = await untilEnded(await open(), wave);
    assert.ok(calls >= FAULTS / 2 && calls <= FAULTS + 40, `${calls} calls`);
    for (let i = 0; i < 3; i += 1) await untilEnded(await open(), wave);
    const last = await untilEnded(await open(), wave);
    assert.ok(last <= 40, `${last} calls of one that came again`);
    await honestCall();
  });
}

test("a connection whose headers are far larger than what it sends is ended", async (t) => {
  const { open, honestCall } = await world(t);
  await untilEnded(await open(), bomb);
  await honestCall();
});

test("a token that was made while its address guesses others is accepted", async (t) => {
  const { core, open, honestCall } = await world(t);
  await untilEnded(await open(), (stream) => call(stream, INFO, `${NO_TOKEN}-${stream}`));
  await honestCall(await core.token(["plugin"], "fresh"));
});

test("with a token in force a connection is not ended for what its address did", async (t) => {
  const { core, token, open } = await world(t);
  const client = new RawClient(core.url, { token });
  t.after(() => client.close());
  assert.equal((await client.unary(INFO, EMPTY)).status, 0);
  for (let i = 0; i < 4; i += 1) {
    await untilEnded(await open(), (stream) => call(stream, NOWHERE, NO_TOKEN));
  }
  for (let i = 0; i < 3 * FAULTS; i += 1) {
    assert.equal((await client.unary(NOWHERE, EMPTY)).status, 12);
  }
  assert.equal((await client.unary(INFO, EMPTY)).status, 0);
});

test("health answers every call, in turn, however many there are", async (t) => {
  const { open, honestCall } = await world(t);
  const attackers = await Promise.all([open(), open()]);
  for (const attacker of attackers) {
    const calls = Array.from({ length: 100 }, (_, index) => call(2 * index + 1, CHECK, NO_TOKEN));
    await attacker.send(...calls.flat());
  }
  await honestCall();
  for (const attacker of attackers) {
    const ended = () =>
      attacker.received(TYPE.headers).filter(({ flags }) => (flags & FLAG.endStream) !== 0).length;
    await until("all answers", () => ended() === 100);
    assert.equal(attacker.received(TYPE.rstStream).length, 0);
  }
});

test("a thousand calls before SETTINGS end the connection before one of them is made", async (t) => {
  const { core, honestCall } = await world(t);
  const socket = connect(core.port, "127.0.0.1");
  t.after(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  const ended = once(socket, "close");
  const calls = Array.from({ length: 1_000 }, (_, index) =>
    openingFrame(index * 2 + 1, INFO, "x", FLAG.endStream),
  );
  socket.write(Buffer.concat([PREFACE, EMPTY_SETTINGS, ...calls]));
  await ended;
  assert.ok(!Buffer.concat(chunks).includes("grpc-status"));
  await honestCall();
});
