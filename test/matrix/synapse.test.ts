/** The Matrix server and the foreign client that tests of Matrix stand on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MatrixPerson } from "../support/matrix-person.ts";
import { needSynapse } from "../support/synapse.ts";

test("a person with a foreign client joins a room, and both sides hear each other", async (t) => {
  const server = await needSynapse(t);
  if (server === undefined) return;
  const bot = await server.register("bot");
  await using ann = await MatrixPerson.join(server, await server.register("ann"));
  const made = await server.call(bot, "POST", "v3/createRoom", {
    preset: "public_chat",
    room_alias_name: "general",
  });
  await ann.call("join", { room_id: `#general:${server.serverName}` });
  const { next_batch: since } = await server.call(bot, "GET", "v3/sync?timeout=0");

  const said = await ann.say(made.room_id, "good morning");
  const { rooms } = await server.call(bot, "GET", `v3/sync?since=${since}&timeout=30000`);
  const [event] = rooms.join[made.room_id].timeline.events;
  assert.deepEqual(
    [event.event_id, event.sender, event.content.body],
    [said, "@ann:seabird.test", "good morning"],
  );

  const path = `v3/rooms/${encodeURIComponent(made.room_id)}/send/m.room.message/1`;
  const sent = await server.call(bot, "PUT", path, { msgtype: "m.text", body: "hello ann" });
  const heard = await ann.hears("the bot", ({ event_id: id }) => id === sent.event_id);
  assert.deepEqual([heard.content.body, heard.room_id], ["hello ann", made.room_id]);

  await server.restart();
  await ann.say(made.room_id, "still there");
});
