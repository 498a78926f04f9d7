/** Which channel, or whose private conversation, a room is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Rooms } from "./rooms.ts";

const ANN = "@ann:example.org";
const CHANNEL = "#lobby:example.org";

const member = (userId: string, membership: string) => ({
  ...{ type: "m.room.member", state_key: userId, content: { membership } },
});

test("a channel has the alias that it was configured by, and keeps it in another room", () => {
  const rooms = new Rooms("@bot:example.org");
  const old = rooms.add("!old:x");
  assert.equal(rooms.channelId("!old:x"), "!old:x");
  rooms.learn(CHANNEL, "!old:x");
  assert.deepEqual([rooms.channelId("!old:x"), rooms.byChannel(CHANNEL)], [CHANNEL, old]);
  assert.equal(rooms.byChannel("!old:x"), old);
  rooms.learn(CHANNEL, "!new:x");
  assert.deepEqual([rooms.channelId("!old:x"), rooms.channelId("!new:x")], ["!old:x", CHANNEL]);
  assert.equal(rooms.byChannel(CHANNEL), undefined);
  rooms.unlearn(CHANNEL);
  assert.deepEqual([rooms.channelId("!new:x"), rooms.roomIdOf(CHANNEL)], ["!new:x", undefined]);
});

test("of two names of a room the first is the channel's id, while it is configured", () => {
  const rooms = new Rooms("@bot:example.org");
  const room = rooms.add("!a:x");
  rooms.learn("#one:x", "!a:x");
  rooms.learn("#two:x", "!a:x");
  assert.equal(rooms.channelId("!a:x"), "#one:x");
  assert.deepEqual([rooms.byChannel("#one:x"), rooms.byChannel("#two:x")], [room, room]);
  rooms.unlearn("#one:x");
  assert.deepEqual([rooms.channelId("!a:x"), rooms.isConfigured("!a:x")], ["#two:x", true]);
  rooms.unlearn("#two:x");
  assert.deepEqual([rooms.channelId("!a:x"), rooms.isConfigured("!a:x")], ["!a:x", false]);
});

test("a private room is its person's while there are two in it and they stay", () => {
  const rooms = new Rooms("@bot:example.org");
  const [one, two] = [rooms.add("!one:x"), rooms.add("!two:x")];
  rooms.replaceDirect({ [ANN]: ["!one:x", "!two:x", 17], "@ben:x": "!two:x" });
  assert.deepEqual(rooms.conversationOf(one), { kind: "user", id: ANN });
  assert.equal(rooms.directRoom(ANN), one);
  rooms.wrote(ANN, "!two:x");
  assert.equal(rooms.directRoom(ANN), two);
  two.apply(member(ANN, "leave"));
  assert.equal(rooms.directRoom(ANN), one);
  one.memberCount = 3;
  assert.equal(rooms.directRoom(ANN), undefined);
  assert.deepEqual(rooms.conversationOf(one), { kind: "channel", id: "!one:x" });
  assert.equal(rooms.channelOf(one).isPrivate, true);
  rooms.learn("!one:x", "!one:x");
  assert.equal(rooms.channelOf(one).isPrivate, false);
});

test("what the bot marked itself counts before the server says it", () => {
  const rooms = new Rooms("@bot:example.org");
  const room = rooms.add("!one:x");
  rooms.setDirect("!one:x", ANN);
  rooms.replaceDirect({});
  assert.equal(rooms.directRoom(ANN), room);
  rooms.remove("!one:x");
  assert.equal(rooms.directRoom(ANN), undefined);
});
