import assert from "node:assert/strict";
import { test } from "node:test";
import { EXIT } from "@seabird-chat/runtime";
import { CrashCount, describeExit, exitOutcome, restartPauseMs } from "./restart-policy.ts";

const exit = { code: 1, signal: null, crashes: 1, recentCrashes: 1 } as const;

test("the fifth crash within a minute is the last one; wrong settings are at once", () => {
  assert.equal(exitOutcome({ ...exit, recentCrashes: 4 }), "restart");
  assert.equal(exitOutcome({ ...exit, recentCrashes: 5 }), "failed");
  assert.equal(exitOutcome({ ...exit, crashes: 500 }), "restart");
  assert.equal(exitOutcome({ ...exit, code: EXIT.config }), "misconfigured");
  assert.equal(exitOutcome({ ...exit, code: EXIT.usage }), "misconfigured");
  for (const code of [EXIT.ok, EXIT.busy, EXIT.internal, 3, 200]) {
    assert.equal(exitOutcome({ ...exit, code }), "restart");
  }
  assert.equal(exitOutcome({ ...exit, code: null, recentCrashes: 2 }), "restart");
});

test("crashes count in a row until a minute went well, and lately for a minute", () => {
  const count = new CrashCount();
  const at = (startedS: number, endedS: number) => count.add(startedS * 1000, endedS * 1000);
  assert.deepEqual(at(0, 1), { crashes: 1, recentCrashes: 1 });
  assert.deepEqual(at(2, 3), { crashes: 2, recentCrashes: 2 });
  assert.deepEqual(at(4, 62), { crashes: 3, recentCrashes: 2 });
  assert.deepEqual(at(64, 130), { crashes: 1, recentCrashes: 1 });
  for (let second = 131; second < 141; second++) at(second, second);
  assert.deepEqual(at(141, 141), { crashes: 12, recentCrashes: 5 });
  count.forget();
  assert.deepEqual(at(141, 141), { crashes: 1, recentCrashes: 1 });
});

test("an end in words", () => {
  assert.equal(describeExit({ code: 3, signal: null }), "ended with exit code 3");
  assert.equal(describeExit({ code: null, signal: "SIGKILL" }), "was ended by SIGKILL");
});

test("pauses between restarts double, up to a limit", () => {
  const pauses = [1, 2, 3, 7, 8, 1000].map((crashes) => restartPauseMs(crashes, 0));
  assert.deepEqual(pauses, [500, 1000, 2000, 30_000, 30_000, 30_000]);
  assert.equal(restartPauseMs(1, 1), 375);
});
