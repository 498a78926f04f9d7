/** What is remembered of what backends can do, and for how long: answers, and failures that took time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CAPABILITIES_REFRESH_MS,
  CAPABILITIES_RETRY_MS,
  CAPABILITIES_WAIT_MS,
  type Capabilities,
  CapabilityCache,
} from "./capabilities.ts";
import { SeabirdError } from "./errors.ts";
import { ManualClock } from "./test/manual-clock.ts";

const BACKEND = "irc://libera";
const HERE = { channelId: `${BACKEND}/%23c` };
const NONE: Capabilities = { features: {}, formats: [], limits: {}, allowedReactions: [] };

function setUp() {
  const clock = new ManualClock();
  const core = { instance: "one", hasMessages: true };
  const asked: PromiseWithResolvers<Capabilities>[] = [];
  const ask = () => {
    const question = Promise.withResolvers<Capabilities>();
    asked.push(question);
    return question.promise;
  };
  const cache = new CapabilityCache({ clock, core, ofChannel: ask, ofBackend: ask });
  return {
    ...{ clock, core, asked, cache },
    /** Milliseconds that a send would wait. */
    async waited(): Promise<number> {
      const begun = clock.now();
      let isOver = false;
      const learned = cache.learn(HERE, BACKEND).then(() => {
        isOver = true;
      });
      for (let turn = 0; turn < 20 && !isOver; turn++) await Promise.resolve();
      while (!isOver) await clock.advance(100);
      await learned;
      return clock.now() - begun;
    },
    /** The last question fails, so long after it was asked. */
    async fails(afterMs: number): Promise<void> {
      await clock.advance(afterMs);
      asked.at(-1)?.reject(new SeabirdError("deadline_exceeded", "no answer"));
      await clock.advance(0);
    },
  };
}

const isLate = { code: "deadline_exceeded", message: "no answer" };

test("the sends of a conversation wait once for a backend that does not answer", async () => {
  const { cache, asked, waited, fails, clock } = setUp();
  assert.equal(await waited(), CAPABILITIES_WAIT_MS);
  assert.equal(await waited(), 0);
  await fails(9_000);
  assert.equal(await waited(), 0);
  await assert.rejects(cache.usable(HERE, BACKEND), isLate);
  assert.equal(asked.length, 1);
  await clock.advance(CAPABILITIES_RETRY_MS);
  assert.equal(await waited(), CAPABILITIES_WAIT_MS);
  assert.equal(asked.length, 2);
});

test("a failure is not remembered if it came at once, if another core answers, or if one asks for it", async () => {
  const { cache, core, asked, fails } = setUp();
  const ask = () => cache.usable(HERE, BACKEND).catch(() => undefined);
  void ask();
  await fails(CAPABILITIES_WAIT_MS - 1);
  void ask();
  assert.equal(asked.length, 2);
  await fails(CAPABILITIES_WAIT_MS);
  void ask();
  assert.equal(asked.length, 2);
  core.instance = "two";
  void ask();
  assert.equal(asked.length, 3);
  await fails(CAPABILITIES_WAIT_MS);
  void cache.of(HERE, BACKEND).catch(() => undefined);
  assert.equal(asked.length, 4);
});

test("an answer that is old stands while it is asked for again", async () => {
  const { cache, asked, clock, waited, fails } = setUp();
  const first = cache.of(HERE, BACKEND);
  asked[0]?.resolve(NONE);
  assert.equal(await first, NONE);
  await clock.advance(CAPABILITIES_REFRESH_MS);
  assert.equal(await waited(), 0);
  assert.equal(asked.length, 2);
  assert.equal(cache.known(HERE, BACKEND), NONE);
  assert.equal(await cache.usable(HERE, BACKEND), NONE);
  await fails(CAPABILITIES_WAIT_MS);
  assert.equal(await cache.usable(HERE, BACKEND), NONE);
});
