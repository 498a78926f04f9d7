/** When the bot is silent, where, and for how long. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { TestClock } from "../../test/test-clock.ts";
import { AntiLoop } from "./anti-loop.ts";

function setUp() {
  const clock = new TestClock();
  const silences: string[] = [];
  const loop = new AntiLoop(
    {
      fold: (name) => name.toLowerCase(),
      silent: (target, why, forMs) => silences.push(`${target} ${forMs}: ${why}`),
    },
    clock,
  );
  const say = async (text: string, target = "#a") => {
    const refusal = loop.refusal(target);
    if (refusal === undefined) await loop.send(target, text, async () => undefined);
    return refusal;
  };
  let answers = 0;
  const answer = () => say(`answer ${++answers}`);
  return { clock, loop, silences, say, answer };
}

suite("the same text", () => {
  test("five times in a minute silences that target for five minutes, and no other", async () => {
    const { clock, silences, say } = setUp();
    for (let time = 1; time <= 5; time++) assert.equal(await say("hi"), undefined);
    assert.deepEqual(silences, ["#a 300000: the same text 5 times in 60 s"]);
    assert.equal(await say("bye"), "silent in #a for 5 min 0 s: the same text 5 times in 60 s");
    assert.match((await say("bye", "#A")) ?? "", /^silent in #A/);
    assert.equal(await say("hi", "#b"), undefined);
    clock.advance(299_000);
    assert.match((await say("hi")) ?? "", /^silent in #a for 1 s/);
    clock.advance(1_000);
    assert.equal(await say("hi"), undefined);
    assert.equal(silences.length, 1);
  });

  test("in more than a minute, or with other texts, does not count", async () => {
    const { clock, silences, say } = setUp();
    for (let time = 1; time <= 20; time++) {
      assert.equal(await say("hi"), undefined);
      assert.equal(await say(`number ${time}`), undefined);
      clock.advance(15_001);
    }
    assert.deepEqual(silences, []);
  });
});

suite("commands right after the bot's answers", () => {
  test("three of one user in a row are a loop", async () => {
    const { clock, loop, silences, say, answer } = setUp();
    for (let time = 1; time <= 3; time++) {
      await answer();
      clock.advance(1_000);
      loop.commandReceived("#a", time === 2 ? "BOB" : "bob");
    }
    assert.deepEqual(silences, ["#a 300000: 3 commands of bob within 1 s of our answers"]);
    assert.match((await say("x")) ?? "", /^silent in #a for 5 min 0 s: 3 commands of bob/);
  });

  test("a slower one between them, or several users, do not count", async () => {
    const { clock, loop, silences, answer } = setUp();
    for (const nick of ["bob", "bob", "slow bob", "bob", "bob", "eve", "amy", "joe"]) {
      await answer();
      clock.advance(nick === "slow bob" ? 1_001 : 500);
      loop.commandReceived("#a", nick.replace("slow ", ""));
    }
    assert.deepEqual(silences, []);
  });

  test("an answer that is being sent may have been read already; without any answer nothing counts", async () => {
    const { clock, loop, silences } = setUp();
    for (let time = 1; time <= 9; time++) loop.commandReceived("#a", "bob");
    assert.deepEqual(silences, []);
    const sent = Promise.withResolvers<void>();
    const sending = loop.send("#a", "a long one", () => sent.promise);
    clock.advance(3_001);
    for (let time = 1; time <= 9; time++) loop.commandReceived("#a", "bob");
    assert.deepEqual(silences, []);
    const again = loop.send("#a", "another", () => sent.promise);
    clock.advance(1_000);
    for (let time = 1; time <= 3; time++) loop.commandReceived("#a", "bob");
    sent.resolve();
    await Promise.all([sending, again]);
    assert.equal(silences.length, 1);
  });

  test("during a long answer, a command more than a second after its start does not count", async () => {
    const { clock, loop, silences, answer } = setUp();
    await answer();
    for (let time = 1; time <= 2; time++) loop.commandReceived("#a", "bob");
    const sent = Promise.withResolvers<void>();
    clock.advance(5_000);
    const sending = loop.send("#a", "a long one", () => sent.promise);
    clock.advance(1_001);
    for (let time = 1; time <= 9; time++) loop.commandReceived("#a", "bob");
    assert.deepEqual(silences, []);
    sent.resolve();
    await sending;
    loop.commandReceived("#a", "bob");
    assert.equal(silences.length, 1);
  });
});

test("a message that failed does not count", async () => {
  const { loop, silences, say } = setUp();
  for (let time = 1; time <= 20; time++) {
    const failing = loop.send("#a", "hi", () => Promise.reject(new Error("not connected")));
    await assert.rejects(failing, /not connected/);
    loop.commandReceived("#a", "bob");
  }
  const failing = Promise.withResolvers<void>();
  const sending = [1, 2, 3, 4].map(() => loop.send("#a", "hi", () => failing.promise));
  failing.reject(new Error("lost"));
  await Promise.allSettled(sending);
  for (let time = 1; time <= 4; time++) await say("hi");
  assert.deepEqual(silences, []);
  await say("hi");
  assert.equal(silences.length, 1);
});

test("the number of watched texts, users and targets is bounded", async () => {
  const { loop, say, silences } = setUp();
  for (let at = 0; at < 3_000; at++) {
    await say(`text ${at}`);
    await say("hi", `#${at}`);
    loop.commandReceived("#a", `bob${at}`);
  }
  assert.deepEqual(silences, []);
});
