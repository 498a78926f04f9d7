/** Whether the bot is still in a room, by what the room answers (XEP-0410). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@seabird-chat/testkit";
import { parseXml } from "../../../../test/support/xmpp-person.ts";
import { ScriptedSender } from "../../test/scripted-sender.ts";
import type { Room } from "../state/room.ts";
import { RoomRegistry } from "../state/room-registry.ts";
import { StanzaError } from "./hooks.ts";
import { SelfPing } from "./self-ping.ts";

const SILENT_MS = 60_000;

function stage(condition: string | undefined) {
  const clock = new FakeClock();
  const rooms = new RoomRegistry();
  const room = rooms.joining("a@rooms.test", "bot");
  room.presence(
    parseXml(
      '<presence from="a@rooms.test/bot"><x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x></presence>',
    ),
  );
  room.heardAtMs = clock.now();
  const sender = new ScriptedSender();
  if (condition !== undefined) sender.answer = () => new StanzaError(condition, "cancel", "");
  const ghosts: Room[] = [];
  const lost = (each: Room) => void ghosts.push(each);
  const ping = new SelfPing({ sender, rooms, clock, silentMs: SILENT_MS, lost });
  return { clock, rooms, room, sender, ghosts, ping };
}

/** Its answer comes with the next turn of the event loop. */
const answered = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

test("a room that is silent is asked under the bot's own nick, one that speaks is not", async () => {
  const { clock, room, sender, ping, ghosts } = stage(undefined);
  clock.pass(SILENT_MS);
  assert.equal(sender.asked.length, 0);
  clock.pass(SILENT_MS / 2);
  assert.equal(sender.asked[0]?.attrs["to"], "a@rooms.test/bot");
  await answered();
  assert.deepEqual(ghosts, []);
  for (let i = 0; i < 10; i++) {
    room.heardAtMs = clock.now();
    clock.pass(SILENT_MS / 2);
  }
  assert.equal(sender.asked.length, 1);
  ping.close();
  assert.deepEqual(clock.pending, []);
});

for (const [condition, isGhost] of [
  ["not-acceptable", true],
  ["not-allowed", true],
  ["bad-request", true],
  ["service-unavailable", false],
  ["feature-not-implemented", false],
  ["item-not-found", false],
  ["remote-server-not-found", false],
  ["remote-server-timeout", false],
] as const) {
  test(`${condition}: it is ${isGhost ? "not " : ""}there`, async () => {
    const { room, ghosts, ping } = stage(condition);
    ping.all();
    await answered();
    assert.deepEqual(ghosts, isGhost ? [room] : []);
    ping.close();
  });
}

test("after an outage every room is asked, however many there are, and once", async () => {
  const { rooms, ghosts, sender, ping } = stage("not-acceptable");
  for (let i = 0; i < 70; i++) rooms.joining(`r${i}@rooms.test`, "bot").isJoined = true;
  ping.all();
  for (let i = 0; i < 6; i++) await answered();
  assert.deepEqual([sender.asked.length, new Set(ghosts).size], [71, 71]);
  ping.close();
});

test("an answer about a nick that changed meanwhile tells nothing", async () => {
  const { room, ghosts, ping } = stage("not-acceptable");
  ping.all();
  room.nick = "bot_";
  await answered();
  assert.deepEqual(ghosts, []);
  ping.close();
});
