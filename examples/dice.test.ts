/** The dice, tested as any plugin is: no network, and a clock that stands still. */
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { dice } from "./dice.ts";

test("rolls, then is quiet for five seconds", async () => {
  await using bed = await testbed({ plugins: [dice], config: { dice: { maxDice: 10 } }, seed: 7 });
  const room = bed.channel("#games"); // also bed.private("ann")
  await room.say("ann", "!roll 2d6");
  await room.expect(/^ann: \d+$/); // the next send to this room, or fail with a diff
  await room.say("ann", "!roll 2d6");
  await room.expect(/wait 5 s/);
  await room.say("ann", "!roll 2d6");
  await room.expectNothing();
  await bed.clock.advance("5s");
  room.failNext("send", "404 Cannot send to channel");
}); // disposing fails on a send nobody expected

test("the five seconds over, it rolls again, and many rolls are confirmed first", async () => {
  await using bed = await testbed({ plugins: [dice] });
  const room = bed.channel("#games");
  await room.say("ann", "!roll 2d6");
  await room.expect(/^ann: \d+$/);
  await bed.clock.advance("5s");
  await room.say("ann", "!roll 2d6 6");
  await room.expect("ann: 6 times, sure?");
  await room.say("ann", "yes");
  await room.expect(/^ann: \d+(, \d+){5}$/);
});

test("a secret roll is told to its owner alone", async () => {
  await using bed = await testbed({ plugins: [dice] });
  const room = bed.channel("#games");
  await room.say("ann", "!roll 2d6 --secret");
  await room.expectNothing();
  await bed.private("ann").expect(/^\d+$/);
});

test("nobody rolls where it is not allowed", async () => {
  await using bed = await testbed({ plugins: [dice], backends: ["discord/guild"] });
  const room = bed.channel("games");
  await room.say("ann", "!roll 2d6");
  await room.expect(/roll/);
});
