/** A suite of an author's size: two hundred testbeds, one after the other, and how long they take. */
import { test } from "node:test";
import { dice } from "../../../examples/dice.ts";
import { testbed } from "./testbed.ts";

const TESTBEDS = 200;

test(`${TESTBEDS} testbeds with a cooldown and a question each`, async (t) => {
  const startedAtMs = performance.now();
  for (let seed = 0; seed < TESTBEDS; seed++) await roll(seed);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  t.diagnostic(`${TESTBEDS} testbeds in ${seconds.toFixed(2)} s`);
});

async function roll(seed: number): Promise<void> {
  await using bed = await testbed({ plugins: [dice], seed });
  const room = bed.channel("#games");
  await room.say("ann", "!roll 2d6");
  await room.expect(/^ann: \d+$/);
  await room.say("ann", "!roll 2d6");
  await room.expect(/wait 5 s/);
  await bed.clock.advance("5s");
  await room.say("ann", "!roll 2d6 6");
  await room.expect("ann: 6 times, sure?");
  await room.say("ann", "yes");
  await room.expect(/^ann: \d+(, \d+){5}$/);
}
