/** Rooms to be in: how often they are asked, and when no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "@seabird-chat/testkit";
import { parseXml } from "../../../../test/support/xmpp-person.ts";
import { attributeOf } from "../inbound/read-stanza.ts";
import type { Stanza } from "../stanza.ts";
import { RoomRegistry } from "../state/room-registry.ts";
import { WantedRooms } from "./wanted-rooms.ts";

const MUC = 'xmlns="http://jabber.org/protocol/muc#user"';

class Stage {
  readonly clock = new FakeClock();
  readonly rooms = new RoomRegistry();
  readonly asked: string[] = [];
  readonly refusals: (readonly [reason: string, retryInMs: number | undefined])[] = [];
  readonly left: (number | undefined)[] = [];
  settled: { joined: number; wanted: number } | undefined;
  readonly wanted: WantedRooms;

  constructor(names: readonly string[], rejoin = false) {
    const addresses = names.map((name) => `${name}@rooms.test`);
    const rooms = addresses.map((address) => ({ address, nick: "bot", password: undefined }));
    const times = { rejoinAfterMs: 5_000, joinRetryMs: 30_000, joinWithinMs: 20_000 };
    this.wanted = new WantedRooms(rooms, {
      ...{ options: { rejoin, ...times }, rooms: this.rooms, clock: this.clock },
      hooks: {
        asking: () => undefined,
        send: (stanza: Stanza) => void this.asked.push(attributeOf(stanza, "to")),
        joined: () => undefined,
        left: (_room, _change, returnsInMs) => void this.left.push(returnsInMs),
        refused: (_address, reason, retryInMs) => void this.refusals.push([reason, retryInMs]),
        nickChanged: () => undefined,
        settled: (counts) => {
          this.settled = counts;
        },
      },
    });
    this.wanted.online();
  }

  says(presence: string): void {
    const stanza = parseXml(presence);
    const room = this.rooms.room(attributeOf(stanza, "from"));
    assert.ok(room, `nobody joins ${attributeOf(stanza, "from")}`);
    this.wanted.receive(room, stanza, room.presence(stanza));
  }

  joins(name: string, nick = "bot"): void {
    this.says(
      `<presence from="${name}@rooms.test/${nick}"><x ${MUC}><item role="participant"/><status code="110"/></x></presence>`,
    );
  }

  refuses(name: string, condition: string): void {
    const error = `<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`;
    this.says(`<presence type="error" from="${name}@rooms.test/bot">${error}</presence>`);
  }

  removes(name: string, code: number): void {
    this.says(
      `<presence type="unavailable" from="${name}@rooms.test/bot"><x ${MUC}><item role="none"/><status code="${code}"/><status code="110"/></x></presence>`,
    );
  }

  /** Those that were asked since the last time. */
  taken(): string[] {
    return this.asked.splice(0);
  }
}

test("ten joins at most are unanswered; each answer lets the next one go", () => {
  const names = Array.from({ length: 25 }, (_, i) => `room${i}`);
  const stage = new Stage(names);
  assert.equal(stage.taken().length, 10);
  for (const [index, name] of names.entries()) {
    stage.joins(name);
    assert.equal(stage.taken().length, index < 15 ? 1 : 0);
  }
  assert.deepEqual(stage.settled, { joined: 25, wanted: 25 });
});

test("a refused room is tried again after a pause that doubles four times", () => {
  const stage = new Stage(["a"]);
  for (const pauseMs of [30_000, 60_000, 120_000, 240_000, 480_000, 480_000]) {
    assert.deepEqual(stage.taken(), ["a@rooms.test/bot"]);
    stage.refuses("a", "registration-required");
    assert.deepEqual(stage.refusals.pop(), ["only its members may join", pauseMs]);
    stage.clock.pass(pauseMs - 1);
    assert.deepEqual(stage.taken(), []);
    stage.clock.pass(1);
  }
  assert.deepEqual(stage.settled, { joined: 0, wanted: 1 });
  stage.joins("a");
  assert.equal(stage.rooms.room("a@rooms.test")?.isJoined, true);
});

test("what is no address of a room is not tried again, and one that is silent is", () => {
  const stage = new Stage(["a", "b"]);
  stage.refuses("a", "jid-malformed");
  stage.clock.pass(20_000);
  assert.deepEqual(stage.refusals, [
    ["this is not the address of a room", undefined],
    ["the room does not answer", 30_000],
  ]);
  stage.taken();
  stage.clock.pass(3_600_000);
  assert.ok(stage.taken().every((each) => each === "b@rooms.test/bot"));
});

test("nicks that are taken give way to others, nine at most", () => {
  const stage = new Stage(["a"]);
  for (let i = 0; i < 9; i++) stage.refuses("a", "conflict");
  const nicks = ["bot", "bot_", "bot__", "bot3", "bot4", "bot5", "bot6", "bot7", "bot8"];
  assert.deepEqual(
    stage.taken(),
    nicks.map((nick) => `a@rooms.test/${nick}`),
  );
  assert.deepEqual(stage.refusals, [["every nick that the bot tried is in use", 30_000]]);
});

test("the bot returns after what nobody decided, and after a kick if it is to", () => {
  const [kicked, banned, lost] = [307, 301, 332];
  for (const [rejoin, code, returnsInMs] of [
    [false, kicked, undefined],
    [true, kicked, 5_000],
    [true, banned, undefined],
    [false, lost, 5_000],
  ] as const) {
    const stage = new Stage(["a"], rejoin);
    stage.joins("a");
    stage.taken();
    stage.removes("a", code);
    assert.deepEqual(stage.left, [returnsInMs]);
    stage.clock.pass(10_000);
    assert.equal(stage.taken().length, returnsInMs === undefined ? 0 : 1, `${code}`);
    assert.equal(stage.wanted.isWanted("a@rooms.test"), returnsInMs !== undefined);
  }
});

test("who asks for a room is told why not, and it is not tried again", async () => {
  const stage = new Stage([]);
  const { signal } = new AbortController();
  const room = { address: "a@rooms.test", nick: "bot", password: undefined };
  const first = stage.wanted.join(room, signal);
  stage.refuses("a", "forbidden");
  assert.equal(await first, "the bot is banned there");
  const second = stage.wanted.join(room, AbortSignal.abort());
  assert.equal(await second, "the room does not answer");
  assert.ok(!stage.wanted.isWanted("a@rooms.test"));
  stage.taken();
  stage.clock.pass(3_600_000);
  assert.deepEqual(stage.taken(), []);
  assert.deepEqual(stage.clock.pending, []);
});

test("a departure that is answered late does not undo the join behind it", async () => {
  const stage = new Stage(["a"]);
  stage.joins("a");
  stage.wanted.leave("a@rooms.test", "");
  const room = { address: "a@rooms.test", nick: "bot", password: undefined };
  const joined = stage.wanted.join(room, new AbortController().signal);
  stage.says(
    '<presence type="unavailable" from="a@rooms.test/bot"><x xmlns="http://jabber.org/protocol/muc#user"><status code="110"/></x></presence>',
  );
  stage.joins("a");
  assert.equal(await joined, undefined);
  assert.deepEqual(stage.left, []);
});

test("a session that was cut before its rooms have answered joins them when it goes on", () => {
  const stage = new Stage(["a"]);
  stage.wanted.offline();
  stage.taken();
  stage.wanted.resumed();
  assert.deepEqual(stage.taken(), ["a@rooms.test/bot"]);
  stage.clock.pass(10_000);
  assert.deepEqual(stage.settled, { joined: 0, wanted: 1 });
});

test("no timer outlives a connection that is closed", () => {
  const stage = new Stage(["a", "b", "c"]);
  stage.joins("a");
  stage.refuses("b", "forbidden");
  stage.wanted.close();
  assert.deepEqual(stage.clock.pending, []);
});
