import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { myPart } from "./my-part.ts";

test("greets whoever asks, or whom they name", async () => {
  await using bed = await testbed({ plugins: [myPart] });
  const room = bed.channel("#lobby");
  await room.say("ann", "!my-part");
  await room.expect("hello, ann!");
  await room.say("ann", "!my-part everybody here");
  await room.expect("hello, everybody here!");
});

test("says good night back", async () => {
  await using bed = await testbed({ plugins: [myPart] });
  const room = bed.channel("#lobby");
  await room.say("bob", "Good night, all");
  await room.expect("bob: good night!");
});
