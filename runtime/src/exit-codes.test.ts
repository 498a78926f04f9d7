import assert from "node:assert/strict";
import { test } from "node:test";
import { EXIT, EXIT_CODES, exitCodesHelp, isRestartable } from "./exit-codes.ts";

test("no code stands twice, they ascend, and all fit into what a process can end with", () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  assert.deepEqual(
    codes,
    [...new Set(codes)].sort((one, other) => one - other),
  );
  for (const code of codes) assert.ok(code >= 0 && code <= 255, String(code));
  assert.equal(EXIT.config, 78);
});

test("a supervisor gives up on what only a person can change, and on nothing else", () => {
  assert.deepEqual(
    Object.values(EXIT).filter((code) => !isRestartable(code)),
    [EXIT.usage, EXIT.config],
  );
  // Killed by a signal, or a code of somebody else's.
  for (const code of [null, 42]) assert.equal(isRestartable(code), true);
});

test("the help has a line for each code, without the manual's markup", () => {
  const lines = exitCodesHelp().split("\n");
  assert.equal(lines.length, Object.keys(EXIT_CODES).length + 1);
  assert.match(exitCodesHelp(), /^ {3}78 {2}seabird\.yaml or a setting is wrong/m);
  assert.match(exitCodesHelp(["usage"]), /^Exit codes:\n {4}2 {2}wrong command[^\n]*$/);
});
