import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { myPlugin } from "./my-plugin.ts";

test("greets whoever asks, or whom they name", async () => {
  await using bed = await testbed({ plugins: [myPlugin] });
  const room = bed.channel("#lobby");
  await room.say("ann", "!my-plugin");
  await room.expect("hello, ann!");
  await room.say("ann", "!my-plugin everybody here");
  await room.expect("hello, everybody here!");
});

test("says good night back", async () => {
  await using bed = await testbed({ plugins: [myPlugin] });
  const room = bed.channel("#lobby");
  await room.say("bob", "Good night, all");
  await room.expect("bob: good night!");
});
