/** RequestTracker with several requests: late errors, slow servers, aborted requests. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { LIMITS, me, settled, setUp } from "../../test/request-tracker-fixture.ts";

const joe = { target: "joe", lines: ["PRIVMSG joe :hi"] };

suite("an error that comes late", () => {
  test("belongs to the earlier request, though that was answered, and not to the next one", async () => {
    const { clock, submit, receive } = setUp();
    const one = submit("one", joe);
    clock.advance(9_000);
    const two = submit("two", joe);
    clock.advance(600);
    await settled();
    assert.equal(one.outcome, "the network did not confirm it in time");
    await receive(":srv 401 bird joe :No such nick", ":srv PONG srv :one");
    await receive(":srv PONG srv :two");
    assert.equal(two.outcome, undefined);
  });

  test("is bounded by a PING even where only some lines were sent", async () => {
    const { clock, written, queue, submit, receive } = setUp();
    const lines = Array.from({ length: 12 }, (_, index) => `PRIVMSG joe :${index}`);
    const one = submit("one", { ...joe, lines, arrivedAtMs: clock.now() - 100 });
    for (let index = 0; index < 6; index++) queue.sendNow("NICK x");
    clock.advance(9_000);
    await settled();
    assert.match(String(one.outcome), /^only \d+ of 12 lines/);
    assert.equal(written.at(-1), "PING :one");
    clock.advance(300);
    const two = submit("two", joe);
    clock.advance(2_000);
    assert.equal(written.at(-1), "PING :two");
    await receive(":srv PONG srv :one", ":srv 401 bird joe :Gone now", ":srv PONG srv :two");
    assert.equal(two.outcome, "401 Gone now");
  });

  test("about a message to a channel does not belong to a JOIN that waits for its echo", async () => {
    const { submit, receive } = setUp();
    const one = submit("one", { lines: ["JOIN #a"], success: { kind: "joined", channel: "#a" } });
    await receive(":srv PONG srv :one");
    const two = submit("two");
    await receive(":srv 404 bird #a :Cannot send", ":srv 473 bird #a :Invite only");
    await receive(":srv PONG srv :two");
    assert.equal(one.outcome, "473 Invite only");
    assert.equal(two.outcome, "404 Cannot send");
  });

  for (const numeric of [432, 437, 438, 447]) {
    test(`${numeric} about the wanted nick does not belong to a message to its holder`, async () => {
      const { submit, receive } = setUp();
      const one = submit("one", joe);
      await receive(`:srv ${numeric} bird joe :Not now`, ":srv PONG srv :one");
      assert.equal(one.outcome, undefined);
    });
  }

  test("has no formatting, and a bounded length", async () => {
    const { submit, receive } = setUp();
    const one = submit("one");
    await receive(`:srv 404 bird #a :\x0304No\x0f ${"x".repeat(9_000)}`, ":srv PONG srv :one");
    assert.match(String(one.outcome), /^404 No x{297}$/);
  });
});

suite("a server that owes an answer", () => {
  test("is sent nothing further that it would read too late", async () => {
    const { clock, written, submit, receive } = setUp();
    submit("one");
    clock.advance(12_000);
    const two = submit("two");
    await settled();
    assert.equal(two.outcome, "not sent: the network has not answered for 12 s");
    assert.deepEqual(written, ["PRIVMSG #a :hi", "PING :one"]);
    await receive(":srv PONG srv :one");
    const three = submit("three");
    await receive(":srv PONG srv :three");
    assert.equal(three.outcome, undefined);
  });

  test("that never sends it is used again after pingTimeoutMs", async () => {
    const { clock, written, submit } = setUp();
    submit("one");
    clock.advance(LIMITS.answerWithinMs + LIMITS.pingTimeoutMs);
    submit("two");
    assert.equal(written.at(-1), "PING :two");
  });

  test("and answers a later PING counts as having answered", async () => {
    const { clock, submit, receive } = setUp();
    submit("one");
    clock.advance(9_000);
    submit("two");
    clock.advance(600);
    await receive(":srv PONG srv :two");
    const three = submit("three");
    await receive(":srv 404 bird #a :No", ":srv PONG srv :three");
    assert.equal(three.outcome, "404 No");
  });
});

suite("an aborted request", () => {
  test("lines that were not sent are not sent", async () => {
    const { clock, written, submit } = setUp();
    const stop = new AbortController();
    submit("one", { lines: ["a", "b", "c", "d", "e"] });
    submit("two", { lines: ["late"], signal: stop.signal });
    stop.abort();
    const three = submit("three", { signal: stop.signal });
    await settled();
    assert.equal(three.outcome, "nobody waits for this any more");
    clock.advance(20_000);
    assert.deepEqual(written, ["a", "b", "c", "d", "e", "PING :one"]);
    assert.equal(clock.timers, 0);
  });

  test("the rest of its lines is not sent, and its errors do not count for others", async () => {
    const { clock, written, submit, receive } = setUp();
    const stop = new AbortController();
    const lines = Array.from({ length: 9 }, (_, index) => `PRIVMSG #a :${index}`);
    submit("one", { lines, signal: stop.signal });
    stop.abort();
    const two = submit("two");
    clock.advance(3_000);
    assert.deepEqual(written.slice(6), ["PING :one", "PRIVMSG #a :hi", "PING :two"]);
    await receive(":srv 404 bird #a :No", ":srv PONG srv :one", ":srv PONG srv :two");
    assert.equal(two.outcome, undefined);
  });
});

suite("an echo", () => {
  const topic = {
    lines: ["TOPIC #a :t"],
    success: { kind: "topic", channel: "#a", topic: "t" },
  } as const;
  const leave = { lines: ["PART #a"], success: { kind: "left", channel: "#a" } } as const;

  test("counts even if somebody undoes the change before the PONG", async () => {
    const { submit, receive } = setUp();
    await receive(`${me} JOIN #a`);
    const one = submit("one", topic);
    await receive(`${me} TOPIC #a :t`, ":joe!j@h TOPIC #a :u", ":srv PONG srv :one");
    assert.equal(one.outcome, undefined);
  });

  test("counts even if the PONG never comes", async () => {
    const { clock, submit, receive, tracker } = setUp();
    await receive(`${me} JOIN #a`, `${me} JOIN #b`);
    const one = submit("one", topic);
    await receive(`${me} TOPIC #a :t`);
    clock.advance(9_600);
    await settled();
    assert.equal(one.outcome, undefined);
    await receive(":srv PONG srv :one");
    const two = submit("two", leave);
    await receive(`${me} PART #a`);
    tracker.connectionLost();
    await settled();
    assert.equal(two.outcome, undefined);
  });
});

for (const [what, lines, end, isMaybeSent] of [
  ["that was refused", 1, ["receive", ":srv 404 bird #a :No way", ":srv PONG srv :one"], false],
  [
    "of which a line was refused",
    2,
    ["receive", ":srv 404 bird #a :No", ":srv PONG srv :one"],
    true,
  ],
  ["whose answer does not come", 1, ["late"], true],
  ["whose connection is lost", 1, ["lost"], true],
  ["that nobody waits for any more", 1, ["abort"], true],
  ["that was never sent", 7, ["none"], false],
  ["that succeeds", 1, ["receive", ":srv PONG srv :one"], false],
] as const) {
  test(`a request ${what} ${isMaybeSent ? "may have been sent" : "counts as what it is"}`, async () => {
    const { submit, receive, tracker, clock } = setUp();
    const abort = new AbortController();
    let isTold = false;
    const arrivedAtMs = clock.now() - (end[0] === "none" ? 10_000 : 0);
    const one = submit("one", {
      lines: Array.from({ length: lines }, (_, index) => `PRIVMSG #a :${index}`),
      ...{ signal: abort.signal, arrivedAtMs, onMaybeSent: () => (isTold = true) },
    });
    const [how, ...received] = end;
    if (how === "receive") await receive(...received);
    if (how === "late") clock.advance(9_500);
    if (how === "lost") tracker.connectionLost();
    if (how === "abort") abort.abort();
    await settled();
    assert.notEqual(one.outcome, "waiting");
    assert.equal(isTold, isMaybeSent);
  });
}
