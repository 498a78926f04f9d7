/** RequestTracker with labels or echoes: line by line, with a PING only for a missing one. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { me, settled, setUp } from "../../test/request-tracker-fixture.ts";

const LABELS = ["batch", "labeled-response", "echo-message"];
const three = ["PRIVMSG #a :1", "PRIVMSG #a :2", "PRIVMSG #a :3"];
const echo = (words: string, target = "#a") => `${me} PRIVMSG ${target} :${words}`;

suite("ids and tags", () => {
  const target = { lines: ["PRIVMSG #a :one", "PRIVMSG #a :two"], tags: { "+x": "1" } };
  for (const caps of [["echo-message"], ["batch", "labeled-response", "echo-message"]]) {
    test(`the ids of lines that come back: ${caps}`, async () => {
      const { submit, receive, written } = setUp(...caps);
      const ids: string[] = [];
      const onId = (index: number, msgid: string) => {
        ids[index] = msgid;
      };
      const result = submit("r1", { ...target, onId });
      const label = (index: number) => (caps.length > 1 ? `label=seabird-${index};` : "");
      assert.deepEqual(
        written.map((line) => line.replace(/^\[.*\] /, "")),
        ["@+x=1 PRIVMSG #a :one", "PRIVMSG #a :two"],
      );
      await receive(`@${label(1)}msgid=m1 ${me} PRIVMSG #a :one`);
      assert.equal(result.outcome, "waiting");
      await receive(`@${label(2)}msgid=m2 ${me} PRIVMSG #a :two`);
      assert.equal(result.outcome, undefined);
      assert.deepEqual(ids, ["m1", "m2"]);
    });
  }

  const accepted = { lines: ["TAGMSG #a"], success: { kind: "accepted" } } as const;
  test("what does not come back is accepted by its label, or by a PONG", async () => {
    const labelled = setUp("batch", "labeled-response", "echo-message");
    const one = labelled.submit("r1", accepted);
    await labelled.receive("@label=seabird-1 :srv ACK");
    assert.equal(one.outcome, undefined);
    const plain = setUp("echo-message");
    const [two, three] = [plain.submit("r2", accepted), plain.submit("r3", accepted)];
    assert.deepEqual(plain.written, ["TAGMSG #a", "PING :r2", "TAGMSG #a", "PING :r3"]);
    await plain.receive(":srv PONG srv :r2", ":srv 404 bird #a :No", ":srv PONG srv :r3");
    assert.deepEqual([two.outcome, three.outcome], [undefined, "404 No"]);
  });
});

suite("labels", () => {
  test("each line has one, and the last answer is the success", async () => {
    const { clock, written, submit, receive } = setUp(...LABELS);
    const one = submit("one", { lines: three });
    assert.deepEqual(written, [
      "[seabird-1] PRIVMSG #a :1",
      "[seabird-2] PRIVMSG #a :2",
      "[seabird-3] PRIVMSG #a :3",
    ]);
    await receive(`@label=seabird-1 ${echo("1")}`, `@label=seabird-2 ${echo("2")}`);
    assert.equal(one.outcome, "waiting");
    await receive(`@label=seabird-3 ${echo("3")}`);
    assert.equal(one.outcome, undefined);
    assert.equal(clock.timers, 0);
  });

  test("two requests to one target are not confused, whichever is answered first", async () => {
    const { submit, receive } = setUp(...LABELS);
    const one = submit("one");
    const two = submit("two");
    await receive("@label=seabird-2 :srv 404 bird #a :Cannot send to channel");
    assert.equal(two.outcome, "404 Cannot send to channel");
    assert.equal(one.outcome, "waiting");
    await receive(`@label=seabird-1 ${echo("hi")}`);
    assert.equal(one.outcome, undefined);
  });

  test("an error without a label does not belong to a line that has one", async () => {
    const { submit, receive } = setUp(...LABELS);
    const one = submit("one");
    await receive(":srv 404 bird #a :Cannot send", `@label=seabird-1 ${echo("hi")}`);
    assert.equal(one.outcome, undefined);
  });

  test("a refusal midway names the line before it, and the rest is not sent", async () => {
    const { clock, written, submit, receive } = setUp(...LABELS);
    const lines = Array.from({ length: 10 }, (_, index) => `PRIVMSG #a :${index}`);
    const one = submit("one", { lines });
    const refusal = (index: number) => `@label=seabird-${index} :srv 404 bird #a :No more`;
    await receive(...[1, 2, 3].map((index) => `@label=seabird-${index} ${echo("x")}`));
    await receive(refusal(4));
    assert.equal(one.outcome, "waiting", "lines 5 and 6 were written as well");
    await receive(refusal(5), refusal(6));
    assert.equal(one.outcome, "refused after line 3 of 10: 404 No more");
    clock.advance(60_000);
    assert.equal(written.length, 6);
    assert.equal(clock.timers, 0);
  });

  test("a refusal while earlier lines are unanswered names no line", async () => {
    const { clock, submit, receive } = setUp(...LABELS);
    const one = submit("one", { lines: three });
    await receive("@label=seabird-2 :srv 404 bird #a :No", "@label=seabird-3 :srv 404 bird #a :No");
    clock.advance(9_500);
    await settled();
    assert.equal(one.outcome, "refused somewhere in 3 lines: 404 No");
  });

  test("an answer may be a batch, with batches in it", async () => {
    const { submit, receive } = setUp(...LABELS);
    const join = { lines: ["JOIN #a"], success: { kind: "joined", channel: "#a" } } as const;
    const one = submit("one", join);
    await receive("@label=seabird-1 :srv BATCH +x labeled-response", `@batch=x ${me} JOIN #a`);
    await receive("@batch=x :srv BATCH +y netjoin", "@batch=y :joe!j@h JOIN #a", ":srv BATCH -y");
    assert.equal(one.outcome, "waiting");
    await receive("@batch=x :srv 366 bird #a :End", ":srv BATCH -x");
    assert.equal(one.outcome, undefined);
    const two = submit("two");
    await receive("@label=seabird-2 :srv BATCH +x labeled-response");
    await receive("@batch=x :srv BATCH +y something", "@batch=y :srv 404 bird #a :Deep down");
    await receive(":srv BATCH -y", ":srv BATCH -x");
    assert.equal(two.outcome, "404 Deep down");
  });

  test("an ACK is a success, unless the message would have been echoed", async () => {
    const { submit, receive } = setUp("batch", "labeled-response");
    const one = submit("one");
    await receive("@label=seabird-1 :srv ACK");
    assert.equal(one.outcome, undefined);
    const other = setUp(...LABELS);
    const two = other.submit("two");
    await other.receive("@label=seabird-1 :srv ACK");
    assert.equal(two.outcome, "the server passed it on to nobody, without a word");
  });

  test("a JOIN of a channel that the bot is in is acknowledged, and succeeds", async () => {
    const { submit, receive } = setUp(...LABELS);
    await receive(`${me} JOIN #a`);
    const one = submit("one", { lines: ["JOIN #a"], success: { kind: "joined", channel: "#a" } });
    await receive("@label=seabird-1 :srv ACK");
    assert.equal(one.outcome, undefined);
  });

  test("a PING asks for a missing answer to a label", async () => {
    const { clock, written, submit, receive } = setUp(...LABELS);
    const one = submit("one");
    clock.advance(2_000);
    assert.equal(written.at(-1), "PING :seabird-2");
    await receive(":srv PONG srv :seabird-2");
    assert.equal(one.outcome, undefined);
    const two = submit("two");
    clock.advance(20_000);
    await settled();
    assert.equal(two.outcome, "the network did not confirm it in time");
  });

  test("a server that withdraws labels answers without them", async () => {
    const { clock, caps, submit, receive } = setUp(...LABELS);
    const one = submit("one");
    caps.delete("labeled-response");
    await receive(":srv 404 bird #a :Cannot send to channel");
    assert.equal(one.outcome, "404 Cannot send to channel");
    assert.equal(clock.timers, 0);
  });

  test("without batches they are not used", () => {
    const { written, submit } = setUp("labeled-response");
    submit("one");
    assert.deepEqual(written, ["PRIVMSG #a :hi", "PING :one"]);
  });
});

suite("echoes", () => {
  test("the echo of the last line is the success, and no PING is sent", async () => {
    const { clock, written, submit, receive } = setUp("echo-message");
    const one = submit("one", { lines: three });
    assert.deepEqual(written, three);
    await receive(echo("1"), echo("2"));
    assert.equal(one.outcome, "waiting");
    await receive(echo("3", "#A"));
    assert.equal(one.outcome, undefined);
    assert.equal(clock.timers, 0);
  });

  test("others' words, and ours to others, are no echo of it", async () => {
    const { submit, receive } = setUp("echo-message");
    const one = submit("one");
    await receive(":joe!j@h PRIVMSG #a :hi", echo("hi", "#b"), `${me} NOTICE #a :hi`);
    assert.equal(one.outcome, "waiting");
    await receive(echo("hi"));
    assert.equal(one.outcome, undefined);
  });

  test("errors and echoes to one target are those of its lines in their order", async () => {
    const { submit, receive } = setUp("echo-message");
    const one = submit("one", { lines: three });
    const two = submit("two");
    const error = ":srv 404 bird #a :Cannot send to channel";
    await receive(echo("1"), error, error, echo("hi"));
    assert.equal(one.outcome, "refused after line 1 of 3: 404 Cannot send to channel");
    assert.equal(two.outcome, undefined);
  });

  test("a server may change the words", async () => {
    const { submit, receive } = setUp("echo-message");
    const one = submit("one", { lines: ["PRIVMSG #a :\x02loud"] });
    await receive(echo("loud"));
    assert.equal(one.outcome, undefined);
  });

  test("what is dropped without a word is found out by a PING", async () => {
    const { clock, written, submit, receive } = setUp("echo-message");
    const one = submit("one", { lines: three });
    await receive(echo("1"), echo("3"));
    assert.equal(one.outcome, "waiting");
    clock.advance(2_000);
    assert.equal(written.at(-1), "PING :seabird-1");
    await receive(":srv PONG srv :seabird-1");
    assert.match(String(one.outcome), /^refused after line 1 of 3: the server passed it on/);
    assert.equal(clock.timers, 0);
  });

  test("what we said before we came, played back in a batch, is none", async () => {
    const { submit, receive } = setUp("echo-message", "batch");
    const one = submit("one");
    await receive(":znc BATCH +p znc.in/playback #a", `@batch=p ${me} PRIVMSG #a :hi`);
    await receive(":znc BATCH -p");
    assert.equal(one.outcome, "waiting");
    await receive(echo("hi"));
    assert.equal(one.outcome, undefined);
  });

  test("a server that takes echoes back owes none any more", async () => {
    const { clock, caps, submit, receive } = setUp("echo-message");
    const one = submit("one");
    caps.delete("echo-message");
    clock.advance(2_000);
    await receive(":srv PONG srv :seabird-1");
    assert.equal(one.outcome, undefined);
  });

  test("one PING asks for all that has not come", async () => {
    const { clock, written, submit, receive } = setUp("echo-message");
    const [one, two] = [
      submit("one"),
      submit("two", { target: "joe", lines: ["PRIVMSG joe :hi"] }),
    ];
    clock.advance(5_000);
    assert.deepEqual(written.slice(2), ["PING :seabird-1"]);
    await receive(echo("hi"));
    assert.equal(one.outcome, undefined);
    await receive(":srv PONG srv :seabird-1");
    assert.equal(two.outcome, "the server passed it on to nobody, without a word");
  });

  test("a JOIN has its PING", () => {
    const { written, submit } = setUp("echo-message");
    submit("one", { lines: ["JOIN #a"], success: { kind: "joined", channel: "#a" } });
    assert.deepEqual(written, ["JOIN #a", "PING :one"]);
  });

  test("a message to a channel's operators is echoed so", async () => {
    const { submit, receive, state } = setUp("echo-message");
    state.rules = { ...state.rules, statusPrefixes: "@+" };
    const one = submit("one", { target: "@#a", lines: ["PRIVMSG @#a :hi"] });
    await receive(echo("hi", "@#a"));
    assert.equal(one.outcome, undefined);
  });
});

suite("a lost connection", () => {
  test("leaves no timer behind, whatever was asked", async () => {
    for (const caps of [LABELS, ["echo-message"], []]) {
      const { clock, submit, tracker, queue } = setUp(...caps);
      const one = submit("one", { lines: three });
      tracker.connectionLost();
      queue.close();
      await settled();
      assert.match(String(one.outcome), /was lost before it confirmed/);
      assert.equal(clock.timers, 0);
    }
  });
});
