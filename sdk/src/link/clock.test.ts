/** The machine's clock beyond what one timer of Node can wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "./clock.ts";

const DAY_MS = 86_400_000;
const LONGEST_MS = 2 ** 31 - 1;

test("a timer of forty days fires after forty days, and not at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let fired = 0;
  systemClock.after(40 * DAY_MS, () => (fired += 1));
  const undo = systemClock.after(40 * DAY_MS, () => (fired += 100));
  t.mock.timers.tick(LONGEST_MS);
  undo();
  undo();
  t.mock.timers.tick(40 * DAY_MS - LONGEST_MS - 1);
  assert.equal(fired, 0);
  t.mock.timers.tick(1);
  assert.equal(fired, 1);
});
