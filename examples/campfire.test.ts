/** The Campfire backend, on a Campfire server of the test's own and a core in the same process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bold, text } from "@seabird-chat/sdk";
import { backendbed } from "@seabird-chat/testkit";
import { CampfireServer } from "../test/support/campfire-server.ts";
import { campfire } from "./campfire.ts";

test("hears commands, and says what plugins say", async (t) => {
  const server = await CampfireServer.start(t);
  const config = { url: server.url, token: CampfireServer.token };
  await using bed = await backendbed({ backend: campfire, config });
  server.line("lobby", "ann", "!roll 2d6");
  const { kind, command, arg, user } = await bed.nextEvent();
  assert.deepEqual([kind, command, arg, user.id], ["command", "roll", "2d6", "ann"]);
  await bed.send("lobby", text`so ${bold("what")}`);
  assert.deepEqual(server.said, [{ to: "lobby", body: "so *what*" }]);
  await assert.rejects(bed.setTopic("lobby", "tea"), { message: "only owners may set the topic" });
});
