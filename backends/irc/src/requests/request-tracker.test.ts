/** RequestTracker: one answer per request, and the true one, from what a server writes. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { me, settled, setUp } from "../../test/request-tracker-fixture.ts";

suite("sent", () => {
  test("the PONG is the success, and only its own", async () => {
    const { written, submit, receive } = setUp();
    const one = submit("one");
    const two = submit("two");
    assert.deepEqual(written, ["PRIVMSG #a :hi", "PING :one", "PRIVMSG #a :hi", "PING :two"]);
    await receive(":srv PONG srv :another");
    assert.equal(one.outcome, "waiting");
    await receive(":srv PONG srv :one");
    assert.equal(one.outcome, undefined);
    assert.equal(two.outcome, "waiting");
    await receive(":srv PONG srv two");
    assert.equal(two.outcome, undefined);
  });

  for (const numeric of [401, 403, 404, 407, 437, 442, 477, 482, 531]) {
    test(`${numeric} for the target before the PONG is the failure`, async () => {
      const { submit, receive } = setUp();
      const one = submit("one");
      const two = submit("two");
      await receive(`:srv ${numeric} bird #A :No way`);
      assert.equal(one.outcome, "waiting", "it answers after its last line");
      await receive(":srv PONG srv :one", ":srv PONG srv :two");
      assert.equal(one.outcome, `${numeric} No way`);
      assert.equal(two.outcome, undefined);
    });
  }

  test("an error may name the channel of a message to its operators", async () => {
    const { submit, receive, state } = setUp();
    state.rules = { ...state.rules, statusPrefixes: "@+" };
    const one = submit("one", { target: "@#a", lines: ["PRIVMSG @#a :hi"] });
    await receive(":srv 404 bird #a :No way", ":srv PONG srv :one");
    assert.equal(one.outcome, "404 No way");
  });

  test("errors about others are not its own", async () => {
    const { submit, receive } = setUp();
    const one = submit("one", { target: "bird2", lines: ["PRIVMSG bird2 :hi"] });
    await receive(":srv 404 bird #other :No way", ":srv 433 bird bird2 :Nickname in use");
    await receive(":srv 421 bird JOIN :Unknown command", ":srv PONG srv :one");
    assert.equal(one.outcome, undefined);
  });

  test("errors without a target are those of the line just read", async () => {
    const { submit, receive } = setUp();
    const one = submit("one");
    await receive(":srv 417 bird :Input line was too long", ":srv PONG srv :one");
    assert.equal(one.outcome, "417 Input line was too long");
    const two = submit("two");
    await receive(":srv 421 bird PRIVMSG :Unknown command", ":srv PONG srv :two");
    assert.equal(two.outcome, "421 Unknown command");
  });

  test("an error for each of its lines is one failure, and the next request's is its own", async () => {
    const { submit, receive } = setUp();
    const one = submit("one", { lines: ["PRIVMSG #a :1", "PRIVMSG #a :2"] });
    const two = submit("two");
    const error = ":srv 404 bird #a :Cannot send to channel";
    await receive(error, error, ":srv PONG srv :one", ":srv PONG srv :two");
    assert.equal(one.outcome, "404 Cannot send to channel");
    assert.equal(two.outcome, undefined);
  });

  test("after an error the lines that still wait are not sent, and the answer says where", async () => {
    const { clock, written, submit, receive } = setUp();
    const lines = Array.from({ length: 10 }, (_, index) => `PRIVMSG #a :${index}`);
    const one = submit("one", { lines });
    assert.equal(written.length, 6);
    await receive(":srv 404 bird #a :No", ":srv 404 bird #a :No");
    clock.advance(1_000);
    assert.equal(written.at(-1), "PING :one");
    await receive(":srv 404 bird #a :No", ":srv PONG srv :one");
    assert.equal(one.outcome, "refused after line 3 of 10: 404 No");
  });

  test("a standard reply that fails the command is the failure", async () => {
    const { submit, receive } = setUp();
    const one = submit("one");
    const two = submit("two", { lines: ["TOPIC #a :t"], success: { kind: "left", channel: "#b" } });
    await receive(":srv FAIL PRIVMSG NOT_HERE #b :Elsewhere", ":srv FAIL TOPIC NO :Not that");
    await receive(":srv FAIL PRIVMSG NOT_NOW #A :Not at night", ":srv PONG srv :one");
    assert.equal(one.outcome, "NOT_NOW Not at night");
    await receive(":srv PONG srv :two");
    assert.equal(two.outcome, "NO Not that");
  });

  for (const [error, outcome] of [
    ["FAIL * INVALID_UTF8 :Not UTF-8", "INVALID_UTF8 Not UTF-8"],
    ["FAIL * RATE_LIMITED #a :Slow down", "RATE_LIMITED Slow down"],
    ["FAIL * NOT_HERE #b :Elsewhere", undefined],
    ["WARN * SOMETHING :Beware", undefined],
    [
      "263 bird PRIVMSG :Please wait a while and try again",
      "263 Please wait a while and try again",
    ],
    ["263 bird privmsg :Later", "263 Later"],
    ["263 bird LIST :Later", undefined],
    ["439 bird #a :Target change too fast", "439 Target change too fast"],
  ] as const) {
    test(`${error}: ${outcome ?? "not about the message"}`, async () => {
      const { submit, receive } = setUp();
      const one = submit("one");
      await receive(`:srv ${error}`, ":srv PONG srv :one");
      assert.equal(one.outcome, outcome);
    });

    test(`${error}, without a PING`, async () => {
      const { clock, submit, receive } = setUp("echo-message");
      const one = submit("one");
      await receive(`:srv ${error}`);
      if (outcome === undefined) await receive(":bird!b@h PRIVMSG #a :hi");
      clock.advance(0);
      assert.equal(one.outcome, outcome);
    });

    test(`${error}, as a label's answer`, async () => {
      const { submit, receive } = setUp("labeled-response", "batch");
      const one = submit("one");
      await receive(`@label=seabird-1 :srv ${error}`);
      // A label tells what it belongs to, whatever it names.
      const isError = !error.startsWith("WARN");
      assert.equal(one.outcome !== undefined, isError);
    });
  }

  test("an id that cannot be a PING's token gets another", async () => {
    const { written, submit, receive } = setUp();
    const one = submit("a b\r\nQUIT");
    assert.equal(written[1], "PING :seabird-1");
    await receive(":srv PONG srv :seabird-1");
    assert.equal(one.outcome, undefined);
  });
});

suite("echoes", () => {
  const join = { lines: ["JOIN #a"], success: { kind: "joined", channel: "#A" } } as const;
  const topic = {
    lines: ["TOPIC #a :t"],
    success: { kind: "topic", channel: "#a", topic: "t" },
  } as const;
  const leave = { lines: ["PART #a"], success: { kind: "left", channel: "#a" } } as const;

  test("a JOIN needs our own JOIN, even one after the PONG", async () => {
    const { submit, receive } = setUp();
    const one = submit("one", join);
    await receive(":other!o@h JOIN #a", ":srv PONG srv :one");
    assert.equal(one.outcome, "waiting");
    await receive(`${me} JOIN #a`);
    assert.equal(one.outcome, undefined);
  });

  for (const numeric of [403, 405, 470, 471, 473, 474, 475, 476]) {
    test(`a JOIN refused with ${numeric}`, async () => {
      const { submit, receive } = setUp();
      const one = submit("one", join);
      await receive(`:srv ${numeric} bird #a :Cannot join`, ":srv PONG srv :one");
      assert.equal(one.outcome, `${numeric} Cannot join`);
    });
  }

  test("an error after the PONG still counts", async () => {
    const { submit, receive } = setUp();
    const one = submit("one", join);
    await receive(":srv PONG srv :one", ":srv 473 bird #a :Invite only");
    assert.equal(one.outcome, "473 Invite only");
  });

  test("a JOIN of a channel we are in is done when the server says nothing", async () => {
    const { submit, receive } = setUp();
    await receive(`${me} JOIN #a`);
    const one = submit("one", join);
    await receive(":srv PONG srv :one");
    assert.equal(one.outcome, undefined);
  });

  test("a TOPIC is done when the topic is what was asked", async () => {
    const { submit, receive } = setUp();
    await receive(`${me} JOIN #a`, ":srv 332 bird #a :old");
    const one = submit("one", topic);
    await receive(":srv PONG srv :one");
    assert.equal(one.outcome, "waiting");
    await receive(`${me} TOPIC #a :t`);
    assert.equal(one.outcome, undefined);
    const two = submit("two", topic);
    await receive(":srv 482 bird #a :You are not an operator", ":srv PONG srv :two");
    assert.equal(two.outcome, "482 You are not an operator");
  });

  test("a PART is done by our own PART", async () => {
    const { submit, receive } = setUp();
    await receive(`${me} JOIN #a`);
    const one = submit("one", leave);
    await receive(`:other!o@h PART #a`, ":srv PONG srv :one");
    assert.equal(one.outcome, "waiting");
    await receive(`${me} PART #a :bye`);
    assert.equal(one.outcome, undefined);
  });

  test("what is never echoed has failed when the time is up", async () => {
    const { clock, submit, receive } = setUp();
    const one = submit("one", join);
    await receive(":srv PONG srv :one");
    clock.advance(10_000);
    await settled();
    assert.equal(one.outcome, "the network did not do it");
  });
});

suite("time and bounds", () => {
  test("no PONG: failed before core gives up", async () => {
    const { clock, submit } = setUp();
    const one = submit("one");
    clock.advance(9_400);
    await settled();
    assert.equal(one.outcome, "waiting");
    clock.advance(200);
    await settled();
    assert.equal(one.outcome, "the network did not confirm it in time");
    assert.equal(clock.timers, 0);
  });

  test("what the flood limit would make late is refused at once, and never sent", async () => {
    const { clock, written, submit } = setUp();
    const lines = Array.from({ length: 20 }, (_, index) => `PRIVMSG #a :${index}`);
    const one = submit("one", { lines });
    await settled();
    assert.match(String(one.outcome), /^would take 15 s at this server's rate \(limit 8 s\)$/);
    clock.advance(60_000);
    assert.deepEqual(written, []);
  });

  test("what waited in core already has less time left", async () => {
    const { clock, written, submit } = setUp();
    const one = submit("one", {
      arrivedAtMs: clock.now() - 9_000,
      lines: ["a", "b", "c", "d", "e", "f"],
    });
    await settled();
    assert.match(String(one.outcome), /^would take 10 s at this server's rate \(limit 8 s\)$/);
    assert.deepEqual(written, []);
  });

  test("a line whose time has come too late is dropped", async () => {
    const { clock, written, queue, submit } = setUp();
    const lines = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    const one = submit("one", { lines });
    // Urgent lines take the turns of those that wait.
    for (let index = 0; index < 6; index++) queue.sendNow("NICK x");
    clock.advance(20_000);
    await settled();
    assert.match(String(one.outcome), /^only \d+ of 12 lines were sent in time$/);
    assert.ok(!written.includes("l"));
  });

  test("too many at once are refused", async () => {
    const { submit } = setUp();
    for (const id of ["1", "2", "3", "4"]) submit(id, { lines: [] });
    const fifth = submit("5", { lines: [] });
    await settled();
    assert.match(String(fifth.outcome), /^4 requests already wait/);
  });

  test("a lost connection fails all that waits, and says what may have happened", async () => {
    const { clock, submit, tracker } = setUp();
    const one = submit("one", { lines: ["a", "b", "c", "d", "e"] });
    const two = submit("two");
    tracker.connectionLost();
    await settled();
    assert.match(String(one.outcome), /was lost before it confirmed/);
    assert.equal(two.outcome, "not connected to the IRC network");
    assert.equal(clock.timers, 1, "only the queue's own, which its owner closes");
  });
});
