import assert from "node:assert/strict";
import { test } from "node:test";
import { RoomActions, type RoomActionsDeps } from "./room-actions.ts";
import { Rooms } from "./state/rooms.ts";

test("the private room with a person is no channel", () => {
  const rooms = new Rooms("@bot:example.org");
  const lobby = rooms.add("!lobby:example.org");
  rooms.add("!ann:example.org");
  const actions = new RoomActions({ rooms } as unknown as RoomActionsDeps);
  assert.equal(actions.known("!lobby:example.org"), lobby);
  assert.throws(() => actions.known("!none:example.org"), /the bot is not in this room/);
  assert.ok(actions.known("!ann:example.org"));
  rooms.setDirect("!ann:example.org", "@ann:example.org");
  assert.throws(() => actions.known("!ann:example.org"), {
    name: "Refused",
    message: "this is a private room with a person, and no channel; write to the person",
  });
});
