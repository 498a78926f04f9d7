/** What crosses the bridge between any two of inspircd, ngircd, Matrix, XMPP and the terminal. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { PAIR_ROWS } from "../support/bridge-pair-rows.ts";
import { startBridgeSides } from "../support/bridge-sides.ts";

test("each network shows of each other one what it can, and nothing else", async (t) => {
  const stage = await startBridgeSides(t);
  if (stage === undefined) return;
  let current = {};
  for (const { what, settings = {}, steps } of PAIR_ROWS) {
    if (!isDeepStrictEqual(settings, current)) await stage.changeSettings(settings);
    current = settings;
    for (const here of stage.sides) {
      const todo = steps(here, stage);
      if (todo === undefined) continue;
      await t.test(`${what}, from ${here.name}`, async () => {
        const { shown, expected } = await stage.play(here, todo);
        assert.deepEqual(shown, expected);
      });
    }
  }
});
