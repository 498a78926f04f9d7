/** Staying on a network, by a clock that a test holds: pauses, limits, what is logged. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveLimits } from "../link/limits.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { createLog } from "../program/log.ts";
import type { BackendConnection } from "./backend-connection.ts";
import { Fatal } from "./backend-errors.ts";
import { Network } from "./network.ts";

type Connect = (signal: AbortSignal) => BackendConnection | Promise<BackendConnection>;

function stage(connect: Connect, random = 1) {
  const clock = new ManualClock();
  const leaving = new AbortController();
  const lines: { level: string; msg: string }[] = [];
  const tries: number[] = [];
  const network = new Network({
    connect: ({ signal }) => {
      tries.push(clock.now());
      return connect(signal);
    },
    log: createLog({
      name: "x",
      level: "debug",
      stream: { write: (line) => lines.push(JSON.parse(line)) },
    }),
    clock,
    random: () => random,
    limits: resolveLimits({}),
    connectTimeoutMs: 60_000,
    leaving: leaving.signal,
    onConnected: () => undefined,
    onLost: () => undefined,
  });
  const run = network.run();
  run.catch(() => undefined);
  return { clock, leaving, lines, tries, network, run };
}

const down = () => {
  throw new Error("down");
};

test("pauses double from one second to 30 s, half of each by chance, and one outage is one warning", async () => {
  for (const [random, expected] of [
    [1, [0, 1, 3, 7, 15, 31, 61, 91]],
    [0, [0, 0.5, 1.5, 3.5, 7.5, 15.5, 30.5, 45.5]],
  ] as const) {
    const { clock, leaving, tries, lines, run } = stage(down, random);
    await clock.advance(95_000);
    assert.deepEqual(
      tries.slice(0, 8).map((ms) => ms / 1_000),
      expected,
    );
    assert.equal(lines.filter(({ level }) => level === "warn").length, 1);
    leaving.abort();
    await run;
  }
});

test("a minute on the network makes the pauses small again, less does not", async () => {
  let lose = (_: Error) => {};
  let fails = 3;
  const { clock, leaving, tries, run } = stage(() => {
    if (fails-- > 0) return down();
    const { promise: closed, reject } = Promise.withResolvers<never>();
    lose = reject;
    return { closed, close: () => undefined };
  });
  await clock.advance(7_000);
  assert.equal(tries.length, 4);
  await clock.advance(59_000);
  lose(new Error("reset"));
  await clock.advance(7_999);
  assert.equal(tries.length, 4);
  await clock.advance(1);
  assert.equal(tries.length, 5);
  await clock.advance(60_000);
  lose(new Error("reset"));
  await clock.advance(1_000);
  assert.equal(tries.length, 6);
  leaving.abort();
  await run;
});

test("an outage has its first moment and its last reason, whatever is tried meanwhile", async () => {
  let lose = (_: Error) => {};
  const { promise: slow, resolve: connected } = Promise.withResolvers<BackendConnection>();
  const answers = [
    down,
    () => {
      const { promise: closed, reject } = Promise.withResolvers<never>();
      lose = reject;
      return { closed, close: () => undefined };
    },
    () => {
      throw new Error("refused\n\u0007again");
    },
    () => slow,
  ];
  const { clock, leaving, network, run } = stage(() => answers.shift()?.() ?? down());
  const startMs = clock.wallMs();
  const away = (sinceMs: number, why: string) => ({ state: "away", sinceMs, why });
  assert.deepEqual(network.status, away(startMs, "not connected yet"));
  await clock.advance(500);
  assert.deepEqual(network.status, away(startMs, "down"));
  await clock.advance(500);
  assert.deepEqual(network.status, { state: "connected" });
  await clock.advance(4_000);
  lose(new Error("reset"));
  await clock.advance(0);
  assert.deepEqual(network.status, away(startMs + 5_000, "reset"));
  await clock.advance(2_000);
  assert.deepEqual(network.status, away(startMs + 5_000, "refused again"));
  await clock.advance(4_000);
  assert.deepEqual(network.status, away(startMs + 5_000, "refused again"));
  connected({ closed: new Promise(() => undefined), close: () => undefined });
  await clock.advance(0);
  assert.deepEqual(network.status, { state: "connected" });
  leaving.abort();
  await run;
});

test("a connect that hangs has 60 s, a close 5 s; what comes late is closed", async () => {
  const late = Promise.withResolvers<BackendConnection>();
  let closes = 0;
  const hanging = {
    closed: new Promise(() => undefined),
    close: () => new Promise(() => undefined),
  };
  let isFirst = true;
  const { clock, leaving, tries, network, run } = stage((signal) => {
    if (!isFirst) return signal.aborted ? down() : hanging;
    isFirst = false;
    return late.promise;
  });
  await clock.advance(60_500);
  assert.equal(tries.length, 1);
  late.resolve({ closed: new Promise(() => undefined), close: () => closes++ });
  await clock.advance(1_000);
  assert.equal(closes, 1);
  assert.equal(network.connection, hanging);
  leaving.abort();
  let isOver = false;
  void run.then(() => (isOver = true));
  await clock.advance(4_999);
  assert.ok(!isOver);
  await clock.advance(1);
  await run;
  assert.equal(network.state.state, "closed");
});

test("leaving while connecting is waited for by nobody; nonsense and a Fatal are told apart", async () => {
  const hung = stage(() => new Promise(() => undefined));
  await hung.clock.advance(10);
  hung.leaving.abort();
  await hung.run;
  const nonsense = stage(() => JSON.parse("null"));
  await nonsense.clock.advance(1_000);
  assert.equal(nonsense.tries.length, 2);
  nonsense.leaving.abort();
  await nonsense.run;
  const fatal = stage(() => Promise.reject(new Fatal("banned")));
  await assert.rejects(fatal.run, { name: "Fatal", message: "banned" });
  // Another copy of the SDK has a Fatal of its own.
  const foreign = stage(() =>
    Promise.reject(Object.assign(new Error("banned"), { name: "Fatal" })),
  );
  await assert.rejects(foreign.run, { name: "Fatal" });
});
