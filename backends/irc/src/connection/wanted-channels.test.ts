import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ManualClock } from "../../test/manual-clock.ts";
import type { ChannelLimit } from "../state/network-rules.ts";
import type { ChannelCounts } from "./wanted-channel.ts";
import { WantedChannels } from "./wanted-channels.ts";

function setUp(rejoin = false, names = ["#a", "#b"], limits: readonly ChannelLimit[] = []) {
  const inside = new Set<string>();
  const clock = new ManualClock();
  const told: string[] = [];
  const channels = new WantedChannels(
    names.map((name) => ({ name, key: undefined })),
    { rejoin, rejoinAfterMs: 5_000, joinRetryMs: 60_000 },
    {
      fold: (name) => name.toLowerCase(),
      limits: () => limits,
      joined: () => [...inside],
      join: (list) => void told.push(`join ${list.map(({ name }) => name).join()}`),
      refused: (name, reason, ms) => void told.push(`refused ${name} ${reason} ${ms}`),
      settled: (counts) => void told.push(`settled ${text(counts)}`),
      joinedLate: (name, counts) => void told.push(`late ${name} ${text(counts)}`),
    },
    clock,
  );
  const joined = (channel: string) => {
    inside.add(channel);
    channels.receive({ kind: "joined", channel, topic: "" });
  };
  const left = (channel: string, why: "part" | "kick" | "lost") => {
    inside.delete(channel);
    channels.receive({ kind: "left", channel, why });
  };
  const wanted = () => channels.all().map(({ name }) => name);
  return { clock, told, channels, joined, left, names: wanted };
}

function text({ joined, wanted, waiting, untried }: ChannelCounts): string {
  const next = untried === 0 ? "" : `, ${untried} untried`;
  return `${joined} of ${wanted}, ${waiting} wait${next}`;
}

suite("wanted channels", () => {
  test("are settled once each was joined or refused, or after a while", () => {
    const { clock, told, channels, joined, left } = setUp();
    channels.welcomed();
    joined("#A");
    channels.refused("#b", "473", "no");
    assert.deepEqual(told.splice(0), [
      ...["join #a,#b", "refused #b no 60000", "settled 1 of 2, 0 wait"],
    ]);
    left("#A", "lost");
    channels.offline();
    channels.welcomed();
    // What was refused is tried last, and alone.
    clock.advance(10_000);
    assert.deepEqual(told, ["join #a", "join #b", "settled 0 of 2, 0 wait, 2 untried"]);
    channels.offline();
    assert.equal(clock.timers, 0);
  });

  test("without channels they are settled at once", () => {
    const { told, channels } = setUp(false, []);
    channels.welcomed();
    assert.deepEqual(told, ["settled 0 of 0, 0 wait"]);
  });

  test("that refuse are tried again, after pauses that double up to a limit", () => {
    const { clock, told, channels, joined } = setUp(false, ["#b"]);
    channels.welcomed();
    told.splice(0);
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
    assert.deepEqual(told, ["join #b", "refused #b bad name undefined", "settled 0 of 1, 0 wait"]);
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

  test("that refuse are tried one by one", () => {
    const names = ["#a", "#b", "#c"];
    const { clock, told, channels, joined } = setUp(false, names);
    channels.welcomed();
    for (const name of names) channels.refused(name, "473", "no");
    told.splice(0);
    clock.advance(60_000);
    assert.deepEqual(told.splice(0), ["join #a"]);
    channels.refused("#a", "473", "no");
    clock.advance(2_999);
    assert.deepEqual(told.splice(0), ["refused #a no 120000"]);
    clock.advance(1);
    assert.deepEqual(told.splice(0), ["join #b"]);
    // Without an answer the next one waits longer.
    clock.advance(9_999);
    assert.deepEqual(told.splice(0), []);
    joined("#b");
    assert.deepEqual(told.splice(0), ["late #b 1 of 3, 0 wait", "join #c"]);
    clock.advance(120_000);
    assert.deepEqual(told.splice(0), ["join #a"]);
  });

  test("that refuse are behind the others on the next connection", () => {
    const { told, channels, joined, left } = setUp(false, ["#a", "#b", "#c", "#d"]);
    channels.welcomed();
    channels.refused("#a", "473", "no");
    channels.offline();
    told.splice(0);
    channels.welcomed();
    for (const name of ["#b", "#c", "#d"]) joined(name);
    assert.deepEqual(told.splice(0), ["join #b,#c", "join #d", "join #a"]);
    joined("#a");
    assert.deepEqual(told.splice(0), ["settled 4 of 4, 0 wait"]);
    for (const name of ["#a", "#b", "#c", "#d"]) left(name, "lost");
    channels.offline();
    channels.welcomed();
    assert.deepEqual(told, ["join #a,#b"]);
  });

  test("in which services have put the bot are not joined again", () => {
    const { told, channels, joined } = setUp(false, ["#a", "#b", "#c"]);
    joined("#b");
    channels.welcomed();
    joined("#a");
    joined("#c");
    assert.deepEqual(told, ["join #a,#c", "settled 3 of 3, 0 wait"]);
  });

  test("that are left while their JOIN is not answered do not hold up the others", () => {
    const { told, channels, joined } = setUp(false, ["#a", "#b", "#c", "#d"]);
    channels.welcomed();
    joined("#b");
    assert.deepEqual(told, ["join #a,#b"]);
    channels.forget("#a");
    assert.deepEqual(told.splice(0), ["join #a,#b", "join #c,#d"]);
    joined("#c");
    joined("#d");
    assert.deepEqual(told, ["settled 3 of 3, 0 wait"]);
  });

  test("beyond what the server allows (405) wait until the bot leaves one", () => {
    const names = ["#a", "#b", "#c", "#d", "&e"];
    const { clock, told, channels, joined, left } = setUp(false, names);
    channels.welcomed();
    joined("#a");
    joined("#b");
    channels.refused("#c", "405", "too many");
    joined("&e");
    assert.deepEqual(told.splice(0), [
      ...["join #a,#b", "join #c,#d,&e"],
      ...["refused #c too many undefined", "settled 3 of 5, 2 wait"],
    ]);
    clock.advance(3_600_000);
    assert.deepEqual(told, []);
    left("#b", "part");
    assert.deepEqual(told.splice(0), ["join #c"]);
    joined("#c");
    assert.deepEqual(told.splice(0), ["late #c 3 of 4, 1 wait"]);
    // There are as many again as the server allowed.
    clock.advance(3_600_000);
    assert.deepEqual(told.splice(0), []);
    left("&e", "kick");
    assert.deepEqual(told.splice(0), ["join #d"]);
    channels.refused("#d", "405", "too many");
    clock.advance(3_600_000);
    assert.deepEqual(told.splice(0), ["refused #d too many undefined"]);
    // All of them after a new connection.
    for (const name of ["#a", "#c"]) left(name, "lost");
    channels.offline();
    channels.welcomed();
    for (const name of ["#a", "#c", "#d"]) joined(name);
    assert.deepEqual(told, ["join #a,#c,#d", "settled 3 of 3, 0 wait"]);
  });

  test("are as many as the server announces (CHANLIMIT), by prefix", () => {
    const names = ["#a", "#b", "#c", "&d", "&e", "!f"];
    const limits = [
      { prefixes: "#", max: 2 },
      { prefixes: "&!", max: 2 },
    ];
    const { clock, told, channels, joined, left } = setUp(false, names, limits);
    channels.welcomed();
    joined("#a");
    // A place that is free after a refusal is taken by the next one.
    channels.refused("#b", "473", "no");
    clock.advance(3_000);
    joined("&d");
    assert.deepEqual(told.splice(0), ["join #a,#b", "refused #b no 60000", "join &d", "join &e"]);
    joined("&e");
    assert.deepEqual(told.splice(0), ["join #c"]);
    joined("#c");
    assert.deepEqual(told.splice(0), ["settled 4 of 6, 1 wait"]);
    clock.advance(60_000);
    assert.deepEqual(told.splice(0), []);
    left("&d", "kick");
    assert.deepEqual(told.splice(0), ["join !f"]);
  });

  for (const [channels, asked] of [
    [undefined, ["#a", "#b"]],
    ["#a,#b", ["#a", "#b"]],
    ["#B", ["#b"]],
    ["#c", []],
  ] as const) {
    test(`a refusal that names ${channels ?? "no channel"} concerns ${asked.join() || "none"}`, () => {
      const { told, channels: wanted } = setUp();
      wanted.welcomed();
      wanted.refused(channels, "263", "later");
      const refused = told.filter((line) => line.startsWith("refused"));
      assert.deepEqual(
        refused,
        asked.map((name) => `refused ${name} later 60000`),
      );
    });
  }

  test("are found by new rules for equal names", () => {
    let isFolding = false;
    const clock = new ManualClock();
    const told: string[] = [];
    const channels = new WantedChannels(
      [{ name: "#A", key: undefined }],
      { rejoin: false, rejoinAfterMs: 5_000, joinRetryMs: 60_000 },
      {
        fold: (name) => (isFolding ? name.toLowerCase() : name),
        limits: () => [],
        joined: () => [],
        join: (list) => void told.push(`join ${list.map(({ name }) => name).join()}`),
        refused: (name) => void told.push(`refused ${name}`),
        settled: () => undefined,
        joinedLate: () => undefined,
      },
      clock,
    );
    channels.welcomed();
    isFolding = true;
    channels.refold();
    assert.deepEqual(told.splice(0), ["join #A"]);
    channels.refused("#a", "471", "full");
    clock.advance(60_000);
    assert.deepEqual(told, ["refused #A", "join #A"]);
    channels.forget("#a");
    assert.deepEqual(channels.all(), []);
  });
});
