/** One channel's queue, when no link leads there any more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError } from "@seabird-chat/sdk";
import { FakeClock } from "@seabird-chat/testkit";
import { DeliveryQueue } from "./delivery-queue.ts";
import { NO_OUTAGE } from "./outages.ts";

function queueOf(numbers: readonly number[]) {
  const clock = new FakeClock();
  const network = { isAway: false, gate: Promise.resolve() };
  const ends: string[] = [];
  const queue = new DeliveryQueue({
    clock,
    limits: { maxWaiting: 100, maxAgeMs: 3_600_000 },
    deliver: async () => {
      await network.gate;
      if (network.isAway) throw new SeabirdError("unavailable", "not connected");
    },
    ended: ({ id }, outcome) => void ends.push(`${id} ${outcome}`),
    coreUptimeMs: async () => clock.now(),
    ...{ outage: NO_OUTAGE, onOutage: () => undefined },
    failing: () => undefined,
    well: () => undefined,
    notice: () => ({ id: 0, at: 0, key: "", delivery: { kind: "line", text: "" } }),
  });
  const push = (id: number) => {
    const delivery = { kind: "line", text: `line ${id}` } as const;
    queue.push({ id, at: clock.wallMs(), key: `key-${id}`, delivery });
  };
  return { clock, network, ends, queue, start: () => numbers.forEach(push) };
}

test("what waits for a channel that is unlinked is delivered while its network takes it", async () => {
  const { clock, network, ends, queue, start } = queueOf([1, 2, 3]);
  const gate = Promise.withResolvers<void>();
  network.gate = gate.promise;
  start();
  queue.isEnding = true;
  gate.resolve();
  await clock.advance(0);
  assert.deepEqual(ends, ["1 delivered", "2 delivered", "3 delivered"]);
});

test("what waits for a channel that is unlinked while its network is away is dropped at once", async () => {
  const { clock, network, ends, queue, start } = queueOf([1, 2]);
  network.isAway = true;
  start();
  await clock.advance("10s");
  assert.equal(queue.waiting, 2);
  queue.isEnding = true;
  await clock.advance(0);
  assert.deepEqual(ends, ["1 dropped", "2 dropped"]);
});

test("a channel that is linked again before its network is back keeps what waits", async () => {
  const { clock, network, ends, queue, start } = queueOf([1, 2]);
  network.isAway = true;
  start();
  queue.isEnding = true;
  queue.isEnding = false;
  await clock.advance("10s");
  network.isAway = false;
  queue.retry();
  await clock.advance(0);
  assert.deepEqual(ends, ["1 delivered", "2 delivered"]);
});
