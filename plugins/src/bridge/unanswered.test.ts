/** A queue whose sends get no answer: repeated as long as that is safe, then counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError } from "@seabird-chat/sdk";
import { FakeClock } from "@seabird-chat/testkit";
import type { QueuedDelivery } from "./delivery.ts";
import { DeliveryQueue, type Missing } from "./delivery-queue.ts";
import { NO_OUTAGE } from "./outages.ts";

function queueOf(attempt: (key: string) => void, startedAt = 0) {
  const clock = new FakeClock();
  const said: string[] = [];
  const queue = new DeliveryQueue({
    ...{ clock, limits: { maxWaiting: 3, maxAgeMs: 3_600_000 }, outage: NO_OUTAGE },
    deliver: async ({ key, delivery }) => {
      attempt(key);
      said.push(delivery.kind === "line" ? delivery.text : key);
    },
    coreUptimeMs: async () => clock.now() - startedAt,
    ...{ ended: () => undefined, onOutage: () => undefined },
    failing: () => undefined,
    well: () => undefined,
    notice: ({ dropped, unknown }: Missing) => line(clock, `${dropped} lost, ${unknown} unknown`),
  });
  return { clock, queue, said };
}

function line(clock: FakeClock, text: string): QueuedDelivery {
  return { id: 1, at: clock.wallMs(), key: text, delivery: { kind: "line", text } };
}

function unanswered(): SeabirdError {
  return new SeabirdError("deadline_exceeded", "request timed out");
}

test("a send without an answer is repeated with its key until it has one", async () => {
  const tries: string[] = [];
  const { clock, queue, said } = queueOf((key) => {
    tries.push(key);
    if (tries.length < 5) throw unanswered();
  });
  for (const text of ["a", "b"]) queue.push(line(clock, text));
  await clock.advance("1m");
  assert.deepEqual(tries, ["a", "a", "a", "a", "a", "b"]);
  assert.deepEqual(said, ["a", "b"]);
  await queue.close();
});

test("no longer than core remembers its key; then it is counted, and the others go on", async () => {
  let firstAt = 0;
  let lastAt = 0;
  const { clock, queue, said } = queueOf((key) => {
    if (key !== "a") return;
    lastAt = clock.now();
    firstAt ||= lastAt;
    throw unanswered();
  });
  for (const text of ["a", "b", "c"]) queue.push(line(clock, text));
  await clock.advance("15m");
  assert.ok(lastAt - firstAt > 9 * 60_000 && lastAt - firstAt < 10 * 60_000);
  assert.deepEqual(said, ["b", "0 lost, 1 unknown", "c"]);
  await queue.close();
});

test("what a core that was started since does not remember is not repeated", async () => {
  const tries: string[] = [];
  const { clock, queue, said } = queueOf((key) => {
    tries.push(key);
    if (key === "a") throw unanswered();
  }, 1_000_500);
  for (const text of ["a", "b"]) queue.push(line(clock, text));
  await clock.advance("1m");
  assert.deepEqual(tries, ["a", "b", "0 lost, 1 unknown"]);
  assert.deepEqual(said, ["b", "0 lost, 1 unknown"]);
  await queue.close();
});

test("nor what core says at once that it cannot tell", async () => {
  const { clock, queue, said } = queueOf((key) => {
    if (key === "a") throw new SeabirdError("aborted", "outcome unknown");
  });
  for (const text of ["a", "b"]) queue.push(line(clock, text));
  await clock.advance("1s");
  assert.deepEqual(said, ["b", "0 lost, 1 unknown"]);
  await queue.close();
});

test("nor what a network has not confirmed that says a repetition again", async () => {
  for (const reason of [
    "the network did not confirm it in time",
    "the connection was lost; it may or may not have been sent",
    "the connection to the IRC network was lost before it confirmed this",
    "only 2 of 5 lines were sent in time",
    "1 of 2 parts were sent: not connected to the XMPP server",
    "idempotency key already used for another request",
  ]) {
    const tries: string[] = [];
    const { clock, queue, said } = queueOf((key) => {
      tries.push(key);
      if (key === "a") throw new SeabirdError("unknown", reason);
    });
    for (const text of ["a", "b"]) queue.push(line(clock, text));
    await clock.advance("1m");
    assert.deepEqual(tries, ["a", "b", "0 lost, 1 unknown"]);
    assert.deepEqual(said, ["b", "0 lost, 1 unknown"]);
    await queue.close();
  }
});

test("but what a network does once is, when it may have been done", async () => {
  const tries: string[] = [];
  const { clock, queue, said } = queueOf((key) => {
    tries.push(key);
    if (tries.length < 3) {
      throw new SeabirdError("unknown", "no answer in time; it may or may not have been done");
    }
  });
  queue.push(line(clock, "a"));
  await clock.advance("1m");
  assert.deepEqual(tries, ["a", "a", "a"]);
  assert.deepEqual(said, ["a"]);
  await queue.close();
});
