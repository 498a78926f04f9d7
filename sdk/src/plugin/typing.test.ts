/** How long the bot is seen typing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError } from "../link/errors.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { MAX_TYPING_MS, RENEW_TYPING_MS, Typing } from "./typing.ts";

function setUp(answers: { readonly can?: boolean; readonly fails?: boolean } = {}) {
  const clock = new ManualClock();
  const shown: boolean[] = [];
  const core = {
    can: async () => answers.can ?? true,
    setTyping: async (_where: unknown, isActive: boolean) => {
      shown.push(isActive);
      if (answers.fails === true) throw new SeabirdError("failed_precondition", "cannot");
    },
  };
  const typing = new Typing({ core, clock, where: { channelId: "irc://a/b" } });
  return { shown, typing, pass: (ms: number) => clock.advance(ms) };
}

test("it is renewed until it stops", async () => {
  const { shown, typing, pass } = setUp();
  await typing.start();
  await typing.start();
  await pass(RENEW_TYPING_MS - 1);
  assert.deepEqual(shown, [true]);
  await pass(1);
  await pass(RENEW_TYPING_MS);
  assert.deepEqual(shown, [true, true, true]);
  typing.stop();
  typing.stop();
  await pass(10 * RENEW_TYPING_MS);
  assert.deepEqual(shown, [true, true, true, false]);
});

test("it is renewed once at a time, also if it began again at once", async () => {
  const { shown, typing, pass } = setUp();
  const first = typing.start();
  typing.stop();
  await Promise.all([first, typing.start()]);
  shown.length = 0;
  await pass(RENEW_TYPING_MS);
  assert.deepEqual(shown, [true]);
  typing.stop();
  await pass(10 * RENEW_TYPING_MS);
  assert.deepEqual(shown, [true, false]);
});

test("it is renewed for a while only", async () => {
  const { shown, typing, pass } = setUp();
  await typing.start();
  for (let at = 0; at < 2 * MAX_TYPING_MS; at += RENEW_TYPING_MS) await pass(RENEW_TYPING_MS);
  assert.equal(shown.length, 1 + Math.floor(MAX_TYPING_MS / RENEW_TYPING_MS));
});

test("a handler that works for longer may show it again", async () => {
  const { shown, typing, pass } = setUp();
  await typing.start();
  for (let at = 0; at < 2 * MAX_TYPING_MS; at += RENEW_TYPING_MS) await pass(RENEW_TYPING_MS);
  shown.length = 0;
  await typing.start();
  await pass(RENEW_TYPING_MS);
  assert.deepEqual(shown, [true, true]);
  typing.stop();
  await pass(10 * RENEW_TYPING_MS);
  assert.deepEqual(shown, [true, true, false]);
});

test("a network that cannot show it, or refuses, is left alone", async () => {
  for (const answers of [{ can: false }, { fails: true }]) {
    const { shown, typing, pass } = setUp(answers);
    await typing.start();
    await pass(10 * RENEW_TYPING_MS);
    typing.stop();
    await pass(0);
    assert.deepEqual(shown, answers.can === false ? [] : [true]);
  }
});
