/** When the bot falls silent, where, and for how long. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { TestClock } from "../test/test-clock.ts";
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
  const say = (text: string, target = "#a") => loop.refusal(target, text);
  const answer = (target = "#a") => loop.answering(target, async () => undefined);
  return { clock, loop, silences, say, answer };
}

suite("the same text", () => {
  test("five times in a minute is the last for five minutes, there and nowhere else", () => {
    const { clock, silences, say } = setUp();
    for (let time = 1; time <= 5; time++) assert.equal(say("hi"), undefined);
    assert.deepEqual(silences, ["#a 300000: the same text 5 times in 60 s"]);
    assert.equal(say("bye"), "silent in #a for 5 min 0 s: the same text 5 times in 60 s");
    assert.match(say("bye", "#A") ?? "", /^silent in #A/);
    assert.equal(say("hi", "#b"), undefined);
    clock.advance(299_000);
    assert.match(say("hi") ?? "", /^silent in #a for 1 s/);
    clock.advance(1_000);
    assert.equal(say("hi"), undefined);
    assert.equal(silences.length, 1);
  });

  test("in more than a minute, or with other texts, is nothing", () => {
    const { clock, silences, say } = setUp();
    for (let time = 1; time <= 20; time++) {
      assert.equal(say("hi"), undefined);
      assert.equal(say(`number ${time}`), undefined);
      clock.advance(15_001);
    }
    assert.deepEqual(silences, []);
  });
});

suite("commands right behind our answers", () => {
  test("three of one user in a row are a loop", async () => {
    const { clock, loop, silences, say, answer } = setUp();
    for (let time = 1; time <= 3; time++) {
      await answer();
      clock.advance(1_000);
      loop.heardCommand("#a", time === 2 ? "BOB" : "bob");
    }
    assert.deepEqual(silences, ["#a 300000: 3 commands of bob within 1 s of our answers"]);
    assert.match(say("x") ?? "", /^silent in #a for 5 min 0 s: 3 commands of bob/);
  });

  test("a slower one between them, or others, are people", async () => {
    const { clock, loop, silences, answer } = setUp();
    for (const nick of ["bob", "bob", "slow bob", "bob", "bob", "eve", "amy", "joe"]) {
      await answer();
      clock.advance(nick === "slow bob" ? 1_001 : 500);
      loop.heardCommand("#a", nick.replace("slow ", ""));
    }
    assert.deepEqual(silences, []);
  });

  test("while an answer is on its way counts too; without any answer nothing does", async () => {
    const { loop, silences } = setUp();
    for (let time = 1; time <= 9; time++) loop.heardCommand("#a", "bob");
    assert.deepEqual(silences, []);
    const sent = Promise.withResolvers<void>();
    const sending = loop.answering("#a", () => sent.promise);
    for (let time = 1; time <= 3; time++) loop.heardCommand("#a", "bob");
    sent.resolve();
    await sending;
    assert.equal(silences.length, 1);
  });

  test("an answer that failed is an answer", async () => {
    const { loop } = setUp();
    const failing = loop.answering("#a", () => Promise.reject(new Error("no")));
    await assert.rejects(failing, /no/);
  });
});

test("texts, users and places without end are watched as far as they fit", async () => {
  const { loop, say, silences } = setUp();
  for (let at = 0; at < 3_000; at++) {
    say(`text ${at}`);
    say("hi", `#${at}`);
    loop.heardCommand("#a", `bob${at}`);
  }
  assert.deepEqual(silences, []);
});
