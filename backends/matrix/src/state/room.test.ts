/** What a room's state events say: names, members, and who may do what. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Room } from "./room.ts";

const ANN = "@ann:example.org";
const BOT = "@bot:example.org";

const state = (type: string, content: object, more: object = {}) => ({
  ...{ type, state_key: "", sender: ANN, content },
  ...more,
});

function roomWith(...events: readonly Parameters<Room["apply"]>[0][]): Room {
  const room = new Room("!a:example.org");
  for (const event of events) room.apply(event);
  return room;
}

test("without power levels who made the room has 100, and everybody may set state", () => {
  const room = roomWith(state("m.room.create", {}));
  assert.deepEqual([room.powerOf(ANN), room.powerOf(BOT)], [100, 0]);
  assert.ok(room.maySend(BOT, "m.room.topic", true));
  assert.ok(!room.may(BOT, "redact"));
});

test("power levels are those of people, of events, and their defaults", () => {
  const room = roomWith(
    state("m.room.power_levels", {
      ...{ users: { [BOT]: 10, toString: "x" }, users_default: 5, events_default: 6 },
      ...{ events: { "m.reaction": 7 }, state_default: 8, redact: 9, notifications: { room: 10 } },
    }),
  );
  assert.deepEqual([room.powerOf(BOT), room.powerOf(ANN), room.powerOf("valueOf")], [10, 5, 5]);
  assert.deepEqual(
    [
      room.powerToSend("m.room.message"),
      room.powerToSend("m.reaction"),
      room.powerToSend("m.room.topic", true),
      room.powerFor("redact"),
      room.powerFor("notifyRoom"),
      room.powerFor("invite"),
      room.powerFor("ban"),
    ],
    [6, 7, 8, 9, 10, 0, 50],
  );
});

test("old rooms have levels as texts; what is no level counts as missing", () => {
  const content = { users: { [BOT]: " 50 ", [ANN]: "many" }, users_default: {}, redact: [1] };
  const room = roomWith(state("m.room.power_levels", content));
  assert.deepEqual([room.powerOf(BOT), room.powerOf(ANN), room.powerFor("redact")], [50, 0, 50]);
});

test("who made a room of version 12 is above all levels", () => {
  const more = { additional_creators: [BOT] };
  const levels = state("m.room.power_levels", { users: { [ANN]: 0 }, redact: 1_000 });
  const made = (content: object) => roomWith(state("m.room.create", content), levels);
  const room = made({ room_version: "12", ...more });
  assert.ok(room.may(ANN, "redact") && room.may(BOT, "redact"));
  assert.ok(!made({ room_version: "11", ...more }).may(ANN, "redact"));
});

test("a room is called by its name, its alias, or its people", () => {
  const member = (id: string, displayname: string) =>
    state("m.room.member", { membership: "join", displayname }, { state_key: id });
  const room = roomWith(member(ANN, "Ann"));
  assert.equal(room.displayName(BOT), undefined);
  room.heroes = [BOT, ANN, "@ben:example.org"];
  assert.equal(room.displayName(BOT), "Ann, @ben:example.org");
  room.apply(state("m.room.canonical_alias", { alias: "#a:example.org" }));
  assert.equal(room.displayName(BOT), "#a:example.org");
  room.apply(state("m.room.name", { name: "Lobby" }));
  assert.equal(room.displayName(BOT), "Lobby");
  room.apply(state("m.room.name", {}));
  assert.equal(room.displayName(BOT), "#a:example.org");
});

test("the members who were heard of last are remembered", () => {
  const room = new Room("!a:example.org");
  for (let index = 0; index < 5_000; index++) {
    room.apply(state("m.room.member", { membership: "join" }, { state_key: `@${index}:x` }));
  }
  assert.equal(room.members.size, 1_000);
  assert.ok(room.members.has("@4999:x"));
});

test("state of any type is read without an error", () => {
  const types = ["name", "topic", "canonical_alias", "power_levels", "create", "encryption"];
  const type = fc.constantFrom(
    ...[...types, "tombstone", "member"].map((each) => `m.room.${each}`),
  );
  const nonsense = fc.constantFrom<unknown>(
    ...[null, 0, -1, 1e308, Number.NaN, "", "50", "join", true, [], {}, [[]], { room: {} }],
  );
  const keys = ["name", "alias", "users", "events", "membership", "replacement_room", "redact"];
  const content = fc.oneof(nonsense, fc.dictionary(fc.constantFrom(...keys), nonsense));
  const event = fc.record({ type, content, state_key: fc.constantFrom("", BOT, 17, null) });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 5 }), (events) => {
      const room = roomWith(...events);
      assert.equal(typeof room.topic, "string");
      assert.ok(!Number.isNaN(room.powerOf(BOT)) && !Number.isNaN(room.powerFor("redact")));
      room.displayName(BOT);
    }),
    { numRuns: 1_000 },
  );
});
