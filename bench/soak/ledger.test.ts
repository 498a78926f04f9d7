/** What the soak counts as lost, doubled and out of order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Ledger } from "./ledger.ts";
import { slopePerHour } from "./memory.ts";

test("lost, lost while away, doubled, refused and out of order are told apart", () => {
  const ledger = new Ledger();
  for (let n = 0; n < 8; n++) ledger.say(n, n * 100, { isSent: n < 5 });
  for (const n of [0, 2, 1, 1, 7]) ledger.arrive(n);
  ledger.settle(5, "refused");
  ledger.settle(6, "unknown");
  ledger.settle(7, "sent");
  ledger.arrive(99);
  ledger.say(8, 800);
  ledger.settle(8, "refused");
  ledger.arrive(8);
  const outage = { fromMs: 250, toMs: 350 };
  assert.deepEqual(ledger.totals([outage]), {
    ...{ said: 9, refused: 1, refusedAndArrived: 1, unknown: 1, arrived: 5 },
    ...{ lost: 1, lostWhileAway: 1, underWay: 0, doubled: 1, disordered: 1 },
  });
  const { lost, lostWhileAway, underWay } = ledger.totals([outage], 350);
  assert.deepEqual([lost, lostWhileAway, underWay], [0, 1, 1]);
  assert.equal(ledger.totals([]).lost, 2);
  assert.ok(ledger.isWaiting([outage]));
  ledger.arrive(4);
  assert.ok(!ledger.isWaiting([outage]));
});

test("the slope is that of the middle pair: an outlier does not bend it", () => {
  const hour = 3_600_000;
  const rising = [0, 1, 2, 3, 4].map((n) => ({ atMs: n * hour, value: 10 + 2 * n }));
  assert.equal(slopePerHour(rising).toFixed(6), "2.000000");
  assert.equal(slopePerHour([...rising, { atMs: 5 * hour, value: 900 }]).toFixed(6), "2.000000");
  assert.equal(slopePerHour([{ atMs: 0, value: 1 }]), 0);
});
