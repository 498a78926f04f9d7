/** The rooms of one terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_ROOMS, Rooms } from "./rooms.ts";

test("the first room is shown, then the one chosen, then what is left", () => {
  const rooms = new Rooms();
  assert.equal(rooms.current, undefined);
  rooms.add("#a");
  rooms.add("#b");
  assert.equal(rooms.current, "#a");
  rooms.show("#b");
  rooms.show("#nowhere");
  assert.equal(rooms.current, "#b");
  rooms.setTopic("#b", "tea");
  rooms.add("#b");
  assert.equal(rooms.topic("#b"), "tea");
  rooms.remove("#b");
  assert.equal(rooms.current, "#a");
  rooms.remove("#a");
  assert.equal(rooms.current, undefined);
  rooms.setTopic("#a", "x");
  assert.equal(rooms.topic("#a"), "");
});

test("there is a limit", () => {
  const rooms = new Rooms();
  for (let i = 0; i < MAX_ROOMS; i++) assert.equal(rooms.add(`#${i}`), true);
  assert.equal(rooms.add("#more"), false);
  assert.equal(rooms.add("#0"), true);
});
