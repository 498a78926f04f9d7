/** Cooldowns are bounded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Cooldowns } from "./cooldowns.ts";

const FIVE = { perUser: 5_000, perChannel: 0, all: 0 };

test("the oldest of too many is forgotten", () => {
  const cooldowns = new Cooldowns();
  for (let i = 0; i < 10_050; i++) {
    cooldowns.take("x", FIVE, { userId: `u${i}`, conversationId: "c" }, 0);
  }
  assert.equal(cooldowns.size, 10_000);
  assert.equal(cooldowns.take("x", FIVE, { userId: "u10049", conversationId: "c" }, 1).free, false);
  assert.equal(cooldowns.take("x", FIVE, { userId: "u0", conversationId: "c" }, 1).free, true);
});

test("undo ends only the cooldown that it belongs to", () => {
  const cooldowns = new Cooldowns();
  const who = { userId: "u", conversationId: "c" };
  const first = cooldowns.take("x", FIVE, who, 0);
  const second = cooldowns.take("x", FIVE, who, 5_000);
  assert.ok(first.free && second.free);
  first.undo();
  assert.equal(cooldowns.take("x", FIVE, who, 6_000).free, false);
  second.undo();
  assert.equal(cooldowns.take("x", FIVE, who, 6_000).free, true);
});

test("without a cooldown nothing is kept", () => {
  const cooldowns = new Cooldowns();
  cooldowns.take(
    "x",
    { perUser: 0, perChannel: 0, all: 0 },
    { userId: "u", conversationId: "c" },
    0,
  );
  assert.equal(cooldowns.size, 0);
});
