import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { resolveTransportLimits } from "../limits.ts";
import { AddressAccounts } from "./address-accounts.ts";
import { OpeningQueue } from "./opening-queue.ts";
import { TickScheduler } from "./tick-scheduler.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage() {
  const clock = new ManualClock();
  const limits = resolveTransportLimits({
    maxOpeningsPerTick: 2,
    maxWaitingConnections: 5,
    penalisedOpeningsPerSecond: 10,
  });
  const accounts = new AddressAccounts(limits, clock);
  const queue = new OpeningQueue(limits, clock, new TickScheduler());
  const opened: string[] = [];
  const admit = (address: string, name: string, socket = new PassThrough()) =>
    queue.admit(accounts.of(address), socket, () => opened.push(name));
  const penalise = (address: string) => {
    accounts.of(address).faults.take(clock.now(), limits.faultBurst);
  };
  const seen = () => opened.splice(0).join(" ");
  return { clock, queue, admit, penalise, seen };
}

test("a few connections open at once, the others in turn over their addresses", async () => {
  const { admit, queue, seen } = stage();
  for (const name of ["a1", "a2", "a3", "a4"]) assert.ok(admit("10.0.0.1", name));
  assert.ok(admit("10.0.0.2", "b1"));
  assert.equal(seen(), "a1 a2");
  await turn();
  assert.equal(seen(), "a3 b1");
  await turn();
  assert.equal(seen(), "a4");
  assert.equal(queue.size, 0);
});

test("those of an address that has done too much open slowly, and nobody else does", async () => {
  const { clock, admit, penalise, seen } = stage();
  penalise("10.0.0.1");
  for (const name of ["a1", "a2"]) assert.ok(admit("10.0.0.1", name));
  assert.ok(admit("10.0.0.2", "b1"));
  assert.equal(seen(), "b1");
  clock.advance(50);
  assert.equal(seen(), "");
  clock.advance(50);
  assert.equal(seen(), "a1");
  await turn();
  clock.advance(50);
  assert.equal(seen(), "");
  clock.advance(50);
  assert.equal(seen(), "a2");
});

test("too many that wait are refused, and those that have gone cost no turn", () => {
  const { clock, queue, admit, penalise, seen } = stage();
  penalise("10.0.0.1");
  const gone = new PassThrough();
  for (let i = 0; i < 4; i += 1) assert.ok(admit("10.0.0.1", "gone", gone));
  assert.ok(admit("10.0.0.1", "there"));
  assert.ok(!admit("10.0.0.1", "one more"));
  gone.destroy();
  clock.advance(100);
  assert.equal(seen(), "there");
  assert.equal(queue.size, 0);
});

test("any number of an address that has done nothing wrong waits, and opens as fast as it can", async () => {
  const { queue, admit, seen } = stage();
  for (let i = 1; i <= 12; i += 1) assert.ok(admit("10.0.0.1", `a${i}`));
  assert.equal(seen(), "a1 a2");
  await turn();
  assert.equal(seen(), "a3 a4");
  for (let i = 0; i < 4; i += 1) await turn();
  assert.equal(seen(), "a5 a6 a7 a8 a9 a10 a11 a12");
  assert.equal(queue.size, 0);
});

test("of those that wait the newest are closed when their address has done too much", async () => {
  const { queue, admit, penalise } = stage();
  const newest = new PassThrough();
  for (let i = 1; i <= 11; i += 1) admit("10.0.0.1", `a${i}`);
  admit("10.0.0.1", "newest", newest);
  penalise("10.0.0.1");
  await turn();
  assert.ok(newest.destroyed);
  assert.equal(queue.size, 5);
});

test("closed, it closes what waits", () => {
  const { queue, admit, penalise } = stage();
  penalise("10.0.0.1");
  const socket = new PassThrough();
  admit("10.0.0.1", "a", socket);
  queue.close();
  assert.ok(socket.destroyed);
});
