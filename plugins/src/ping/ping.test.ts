/** `ping`, in a channel and in private. */
import { test } from "node:test";
import { testbed } from "@seabird-chat/testkit";
import { ping } from "./index.ts";

test("answers pong", async () => {
  await using bed = await testbed({ plugins: [ping] });
  const room = bed.channel("#hall");
  await room.say("ann", "!ping");
  await room.expect("ann: pong");
  await bed.private("ann").say("!ping");
  await bed.private("ann").expect("pong");
});
