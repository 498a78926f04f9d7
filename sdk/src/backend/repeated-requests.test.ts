/** Sends that core asks for again, with the id of the first attempt. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../link/clock.ts";
import { Refused, Unconfirmed } from "./backend-errors.ts";
import { RepeatedRequests } from "./repeated-requests.ts";
import { success } from "./request-kind.ts";
import { failed, send, setUp } from "./test/request-stage.ts";

const SENT = {
  case: "success",
  value: { result: { messageIds: ["m1"], degraded: [], channelId: "" } },
};

/** Sends that end when and as the test says. */
function sending(more: Parameters<typeof setUp>[1] = {}) {
  const attempts: PromiseWithResolvers<{ ids: string[] }>[] = [];
  const stage = setUp(
    {
      send: () => {
        const attempt = Promise.withResolvers<{ ids: string[] }>();
        attempts.push(attempt);
        return attempt.promise;
      },
    },
    more,
  );
  return { ...stage, attempts };
}

const turn = () => new Promise(setImmediate);

test("one that succeeds after its time is over is not sent again, and has its ids", async () => {
  const { runner, answers, attempts } = sending({ timeoutMs: 1 });
  runner.run(send("r1"));
  await runner.settled();
  attempts[0]?.resolve({ ids: ["m1"] });
  runner.run(send("r1"));
  await runner.settled();
  assert.deepEqual(answers, [
    ["r1", failed("the backend took too long")],
    ["r1", SENT],
  ]);
  assert.equal(attempts.length, 1);
});

test("nor one that is under way while core or the network come back", async () => {
  const { runner, over, session, answers, attempts } = sending();
  runner.run(send("core"));
  over.abort();
  await runner.settled();
  const next = session();
  next.runner.run(send("core"));
  attempts[0]?.resolve({ ids: ["m1"] });
  await next.runner.settled();
  assert.deepEqual(answers, [["core", SENT]]);

  const third = session();
  third.runner.run(send("network"));
  third.ended.abort();
  await third.runner.settled();
  const last = session();
  last.runner.run(send("network"));
  attempts[1]?.resolve({ ids: ["m1"] });
  await last.runner.settled();
  assert.deepEqual(answers.slice(1), [
    ["network", failed("camp lost its connection")],
    ["network", SENT],
  ]);
  assert.equal(attempts.length, 2);
});

test("one that was refused is sent again; one that is not confirmed never", async () => {
  const { runner, answers, attempts } = sending();
  const say = async (id: string, end: (attempt: (typeof attempts)[0] | undefined) => void) => {
    runner.run(send(id));
    await turn();
    end(attempts.at(-1));
    await runner.settled();
  };
  await say("refused", (attempt) => attempt?.reject(new Refused("not now")));
  await say("refused", (attempt) => attempt?.resolve({ ids: ["m1"] }));
  assert.equal(attempts.length, 2);
  const reason = "it may or may not have been sent";
  await say("unknown", (attempt) => attempt?.reject(new Unconfirmed(reason)));
  await say("unknown", () => undefined);
  await say("unknown", () => undefined);
  assert.equal(attempts.length, 3);
  assert.deepEqual(answers, [
    ["refused", failed("not now")],
    ["refused", SENT],
    ...[1, 2, 3].map(() => ["unknown", failed(reason)]),
  ]);
});

test("for as long as core gives a repetition the same id", async () => {
  let skippedMs = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + skippedMs };
  const { runner, attempts } = sending({ clock });
  // Each failure renews core's ten minutes.
  for (const [minutes, count] of [
    [0, 1],
    [9, 1],
    [9, 1],
    [12, 2],
  ] as const) {
    skippedMs += minutes * 60_000;
    runner.run(send("r1"));
    await turn();
    attempts.at(-1)?.reject(new Unconfirmed("it may or may not have been sent"));
    await runner.settled();
    assert.equal(attempts.length, count);
  }
});

test("of another run of core nothing is remembered", async () => {
  const repeated = new RepeatedRequests(systemClock);
  const answer = async () => success;
  for (const [instance, isKnown] of [
    ["one", false],
    ["one", true],
    ["two", false],
    [undefined, false],
    [undefined, false],
  ] as const) {
    repeated.begins(instance);
    assert.equal(repeated.find("r1") !== undefined, isKnown);
    await repeated.begin("r1", answer);
  }
});
