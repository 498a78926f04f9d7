import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { TestClock } from "../../test/test-clock.ts";
import { WantedChannels } from "./wanted-channels.ts";

function setUp(rejoin = false, names = ["#a", "#b"]) {
  const clock = new TestClock();
  const told: string[] = [];
  const channels = new WantedChannels(
    names.map((name) => ({ name, key: undefined })),
    { rejoin, rejoinAfterMs: 5_000, joinRetryMs: 60_000 },
    {
      fold: (name) => name.toLowerCase(),
      join: (list) => void told.push(`join ${list.map(({ name }) => name).join()}`),
      refused: (name, reason, ms) => void told.push(`refused ${name} ${reason} ${ms}`),
      settled: () => void told.push("settled"),
    },
    clock,
  );
  const joined = (channel: string) => channels.receive({ kind: "joined", channel, topic: "" });
  const left = (channel: string, why: "part" | "kick" | "lost") =>
    channels.receive({ kind: "left", channel, why });
  const wanted = () => channels.all().map(({ name }) => name);
  return { clock, told, channels, joined, left, names: wanted };
}

suite("wanted channels", () => {
  test("are settled once each was joined or refused, or after a while", () => {
    const { clock, told, channels, joined } = setUp();
    channels.welcomed();
    joined("#A");
    channels.refused("#b", "473", "no");
    assert.deepEqual(told.splice(0), ["refused #b no 60000", "settled"]);
    channels.offline();
    channels.welcomed();
    clock.advance(10_000);
    assert.deepEqual(told, ["settled"]);
    channels.offline();
    assert.equal(clock.timers, 0);
  });

  test("without channels they are settled at once", () => {
    const { told, channels } = setUp(false, []);
    channels.welcomed();
    assert.deepEqual(told, ["settled"]);
  });

  test("that refuse are tried again, after pauses that double up to a limit", () => {
    const { clock, told, channels, joined } = setUp(false, ["#b"]);
    channels.welcomed();
    const pauses = [60_000, 120_000, 240_000, 480_000, 960_000, 960_000];
    for (const pause of pauses) {
      channels.refused("#b", "471", "full");
      // An error that is not about a JOIN of ours.
      channels.refused("#b", "404", "cannot send");
      clock.advance(pause - 1);
      assert.equal(told.filter((line) => line === "join #b").length, 0);
      clock.advance(1);
      assert.equal(told.splice(0).at(-1), "join #b");
    }
    joined("#b");
    assert.equal(clock.timers, 0);
  });

  test("that do not exist are not tried again", () => {
    const { clock, told, channels } = setUp(false, ["#b"]);
    channels.welcomed();
    channels.refused("#b", "479", "bad name");
    assert.deepEqual(told, ["refused #b bad name undefined", "settled"]);
    assert.equal(clock.timers, 0);
  });

  test("that the bot left or was kicked from are not wanted any more", () => {
    const { clock, channels, left, names } = setUp();
    channels.welcomed();
    left("#a", "part");
    left("#B", "kick");
    assert.deepEqual(names(), []);
    channels.offline();
    assert.equal(clock.timers, 0);
  });

  test("are joined again after a kick with `rejoin`", () => {
    const { clock, told, channels, joined, left, names } = setUp(true);
    channels.welcomed();
    joined("#a");
    joined("#b");
    told.splice(0);
    left("#a", "kick");
    clock.advance(4_999);
    assert.deepEqual(told, []);
    clock.advance(1);
    assert.deepEqual(told.splice(0), ["join #a"]);
    left("#b", "kick");
    channels.forget("#b");
    clock.advance(60_000);
    assert.deepEqual(told, []);
    assert.deepEqual(names(), ["#a"]);
  });

  test("stay wanted after a lost connection, and are not tried meanwhile", () => {
    const { clock, told, channels, left, names } = setUp(true);
    channels.welcomed();
    channels.refused("#a", "471", "full");
    left("#b", "lost");
    channels.offline();
    told.splice(0);
    clock.advance(3_600_000);
    assert.deepEqual(told, []);
    assert.deepEqual(names(), ["#a", "#b"]);
  });
});
