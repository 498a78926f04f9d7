/** The smallest plugin's test. */
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { hello } from "./hello.ts";

test("greets, answers and waves back", async () => {
  await using bed = await testbed({ plugins: [hello] });
  const room = bed.channel("#hall");
  await room.say("ann", "!hello");
  await room.expect("ann: hi!");
  await room.say("bob", "Good morning, everybody");
  await room.expect("good morning, **bob**");
  await room.act("ann", "waves");
  await room.expectAction("waves back");
});
