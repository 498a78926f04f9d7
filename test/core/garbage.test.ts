/** Ten thousand connections that send garbage: core lives, and holds nothing of them. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, type TestContext, test } from "node:test";
import type { ChildMeasure, ChildStart } from "../support/core-child.ts";
import { GARBAGE, Random } from "../support/garbage.ts";
import { gauges, steady } from "../support/gauges.ts";
import { RawClient } from "../support/grpc-client.ts";
import { until } from "../support/until.ts";

const CONNECTIONS = 10_000;
/** Until V8 and the allocator have taken what they keep. */
const WARM_UP = 10_000;
/** Rounds in which the process may still grow, but for the last. */
const MOST_ROUNDS = 3;
const AT_ONCE = 50;
/** How long a connection is left to core before its peer goes. */
const LINGER_MS = 25;
const EMPTY = new Uint8Array(0);
/** What may be more afterwards than before. */
const TOLERANCE = 1.2;

let child: ChildProcess;
let core: ChildStart;

before(async () => {
  child = fork(new URL("../support/core-child.ts", import.meta.url), {
    execArgv: ["--expose-gc", "--no-flush-bytecode"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  [core] = (await once(child, "message", { signal: AbortSignal.timeout(30_000) })) as [ChildStart];
});

after(async () => {
  child.disconnect();
  await once(child, "exit", { signal: AbortSignal.timeout(15_000) });
});

async function measure(): Promise<ChildMeasure> {
  child.send("measure");
  const [answer] = (await once(child, "message", { signal: AbortSignal.timeout(30_000) })) as [
    ChildMeasure,
  ];
  return answer;
}

function throwGarbage(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(core.port, "127.0.0.1");
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.on("error", () => {});
    socket.resume();
    socket.on("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.write(bytes);
  });
}

async function throwMuch(count: number, seed: number): Promise<void> {
  const kinds = Object.values(GARBAGE);
  const random = new Random(seed);
  let left = count;
  const thrower = async () => {
    while (left > 0) {
      left -= 1;
      const kind = kinds[left % kinds.length];
      if (kind !== undefined) await throwGarbage(kind(random, core.token));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, thrower));
}

async function isAlive(): Promise<boolean> {
  const client = new RawClient(core.url, { token: core.token });
  const { status } = await client.unary("/seabird.Seabird/GetCoreInfo", EMPTY);
  await client.close();
  return status === 0;
}

/** Gauges when only the one connection that asks for them is there. */
async function quiet(): Promise<Readonly<Record<string, string>>> {
  let last: Readonly<Record<string, string>> = {};
  const sum = () =>
    Object.entries(last)
      .filter(([name]) => name.startsWith("seabird_connections"))
      .reduce((total, [, value]) => total + Number(value), 0);
  await until("quiet", async () => {
    last = await gauges(core.url, core.metricsToken);
    return sum() <= 1;
  });
  return last;
}

/** Files of media that are too old are looked for every ten minutes. */
const STANDING_TIMERS = 1;

/** When the last socket, that of who asked for the gauges too, has gone. */
async function measureAlone(): Promise<ChildMeasure> {
  let last = await measure();
  const isAlone = async () => {
    last = await measure();
    const timers = last.resources.filter((each) => each === "Timeout").length;
    return !last.resources.includes("TCPSocketWrap") && timers <= STANDING_TIMERS;
  };
  await until("nobody", isAlone).catch((error: unknown) => {
    throw new Error(`still there: ${last.resources.join(", ")}`, { cause: error });
  });
  return last;
}

/** Throws much, and looks what is left of it. Returns what core holds afterwards. */
async function round(t: TestContext, seed: number, before: ChildMeasure): Promise<ChildMeasure> {
  const gaugesBefore = await quiet();
  await throwMuch(CONNECTIONS, seed);
  assert.ok(await isAlive());
  const gaugesAfter = await quiet();
  const after = await measureAlone();
  const mib = (bytes: number) => Math.round(bytes / 2 ** 20);
  t.diagnostic(`heap ${mib(before.heapBytes)} -> ${mib(after.heapBytes)} MiB`);
  t.diagnostic(`rss ${mib(before.rssBytes)} -> ${mib(after.rssBytes)} MiB`);
  assert.ok(after.heapBytes <= before.heapBytes * TOLERANCE, "the heap has grown");
  assert.deepEqual(after.resources, before.resources);
  assert.deepEqual(steady(gaugesAfter), steady(gaugesBefore));
  return after;
}

test("core lives through garbage and holds nothing of it", async (t) => {
  await throwMuch(WARM_UP, 1);
  assert.ok(await isAlive());
  await quiet();
  let before = await measureAlone();
  // The allocator takes its memory in steps, and keeps it: what is lost grows with each round.
  for (let seed = 2; seed < 2 + MOST_ROUNDS; seed += 1) {
    const after = await round(t, seed, before);
    if (after.rssBytes <= before.rssBytes * TOLERANCE) return;
    before = after;
  }
  assert.fail("the process grows and grows");
});

for (const [what, kind] of Object.entries(GARBAGE)) {
  test(`core lives through ${what}`, async () => {
    const random = new Random(what.length * 7919);
    for (let i = 0; i < 5; i += 1) await throwGarbage(kind(random, core.token));
    assert.ok(await isAlive());
  });
}
