/** One answer for each request, within bounds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { OutgoingMessage } from "./backend-connection.ts";
import { failed, request, send, setUp } from "./test/request-stage.ts";

const SUCCESS = { case: "success", value: {} };

test("what a function returns or throws becomes the answer", async () => {
  const { runner, answers } = setUp({
    send: (_to, { text }) => {
      if (text === "bad") throw new Error("no such channel");
    },
    leave: (_id, reason) => {
      throw new Error(reason);
    },
  });
  await runner.run(send("good"));
  await runner.run(send("bad"));
  await runner.run(request("meta", { case: "metadata", value: {} }));
  const tags = { "core/exit-message": "bye" };
  await runner.run(request("leave", { case: "leaveChannel", value: { channelId: "#a", tags } }));
  await runner.run(request("join", { case: "joinChannel", value: { channelName: "#a" } }));
  await runner.run(request("new", { case: undefined }));
  await runner.settled();
  assert.deepEqual(Object.fromEntries(answers), {
    good: SUCCESS,
    bad: failed("no such channel"),
    meta: { case: "metadata", value: { values: { a: "1" } } },
    leave: failed("bye"),
    join: failed("camp cannot join channels"),
    new: failed("not supported by this backend"),
  });
  assert.equal(answers.length, 6);
});

test("while the network is away only metadata is answered", async () => {
  const { runner, answers } = setUp({ send: () => undefined }, { isAway: true });
  await runner.run(send("1"));
  await runner.run(request("meta", { case: "metadata", value: {} }));
  await runner.settled();
  assert.deepEqual(answers[0], ["1", failed("camp is not connected")]);
  assert.equal(answers[1]?.[1].case, "metadata");
});

test("functions start in order and no more than allowed run at once", async () => {
  const started: string[] = [];
  const first = Promise.withResolvers<void>();
  const { runner } = setUp(
    {
      send: (_to, { text }) => {
        started.push(text);
        return text === "1" ? first.promise : undefined;
      },
    },
    { maxAtOnce: 1 },
  );
  let isFree = false;
  const taken = runner.run(send("1"))?.then(() => {
    isFree = true;
  });
  assert.notEqual(taken, undefined);
  await new Promise(setImmediate);
  assert.equal(isFree, false);
  first.resolve();
  await taken;
  await runner.run(send("2"));
  assert.deepEqual(started, ["1", "2"]);
});

/** A send that hangs, and the signal that it was given. */
function hanging() {
  let seen: OutgoingMessage | undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  return {
    resolve,
    send: (_to: unknown, message: OutgoingMessage) => {
      seen = message;
      return promise;
    },
    isAborted: () => seen?.signal.aborted,
  };
}

test("a function that takes too long is answered for once, and aborted", async () => {
  const slow = hanging();
  const { runner, answers } = setUp(slow, { timeoutMs: 1 });
  await runner.run(send("1"));
  await runner.settled();
  slow.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(answers, [["1", failed("the backend took too long")]]);
  assert.equal(slow.isAborted(), true);
});

test("after the session is over nothing is answered, and functions are aborted", async () => {
  const slow = hanging();
  const { runner, answers, over } = setUp(slow);
  await runner.run(send("1"));
  over.abort();
  await runner.settled();
  assert.equal(slow.isAborted(), true);
  assert.deepEqual(answers, []);
});

test("a lost connection ends its requests", async () => {
  const slow = hanging();
  const { runner, answers, ended } = setUp(slow);
  await runner.run(send("1"));
  ended.abort();
  await runner.settled();
  assert.equal(slow.isAborted(), true);
  assert.deepEqual(answers, [["1", failed("camp lost its connection")]]);
});

test("a backend that leaves finishes what was begun and begins nothing more", async () => {
  const begun = Promise.withResolvers<void>();
  let handled = 0;
  const { runner, answers } = setUp({
    send: () => {
      handled++;
      return begun.promise;
    },
  });
  await runner.run(send("1"));
  runner.stop();
  await runner.run(send("2"));
  begun.resolve();
  await runner.settled();
  assert.equal(handled, 1);
  assert.deepEqual(answers, [
    ["2", failed("the backend is leaving")],
    ["1", SUCCESS],
  ]);
});
