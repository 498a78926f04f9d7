/** What the bot may not do, as `seabird doctor` gets it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { encryptedRooms, missingPermissions } from "./missing-permissions.ts";
import { Rooms } from "./state/rooms.ts";

const BOT = "@bot:example.org";

function roomsWith(count: number, content: object): Rooms {
  const rooms = new Rooms(BOT);
  for (let index = 0; index < count; index++) {
    const room = rooms.add(`!${index}:example.org`);
    rooms.learn(`#${index}:example.org`, room.roomId);
    room.apply({ type: "m.room.power_levels", state_key: "", content });
  }
  return rooms;
}

test("permissions that are missing are a line for each power that they need", () => {
  const rooms = roomsWith(1, { users: { [BOT]: 10 }, events: { "m.reaction": 20 }, redact: 50 });
  assert.deepEqual(missingPermissions(rooms).split("; "), [
    "#0:example.org: cannot react to messages (power 10, needs 20)",
    "#0:example.org: cannot delete messages, set topics, mention everyone (power 10, needs 50)",
  ]);
  assert.equal(missingPermissions(roomsWith(3, { users: { [BOT]: 100 } })), "");
});

test("an encrypted room is one line, and private rooms are none", () => {
  const rooms = roomsWith(2, {});
  for (const room of rooms.all()) {
    room.apply({ type: "m.room.encryption", state_key: "", content: {} });
  }
  rooms.unlearn("#1:example.org");
  rooms.setDirect("!1:example.org", "@ann:example.org");
  const line = "#0:example.org: cannot read or send messages, since the room is encrypted";
  assert.equal(missingPermissions(rooms), line);
  assert.equal(encryptedRooms(rooms), "#0:example.org, !1:example.org");
});

test("many are cut", () => {
  const lines = missingPermissions(roomsWith(100, {})).split("; ");
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), "and 80 more");
});
