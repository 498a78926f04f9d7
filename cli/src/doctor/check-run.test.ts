/** What `doctor` says of components without a problem. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentStatus } from "../supervise/control-protocol.ts";
import { readyText } from "./check-run.ts";

test("only what is ready is called ready, and what is not to run here does not count", () => {
  const rows: readonly (readonly [states: readonly ComponentStatus["state"][], text: string])[] = [
    [["ready", "ready"], "all 2 are ready"],
    [["remote", "ready", "off"], "all 1 are ready"],
    [["ready", "ready", "starting"], "2 of 3 are ready, the others wait for their networks"],
  ];
  for (const [states, text] of rows) {
    assert.equal(readyText(states.map((state) => ({ state }))), text);
  }
});
