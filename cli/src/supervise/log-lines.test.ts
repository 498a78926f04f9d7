/** Log lines for people: our own JSON as text, and the stacks of errors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readLogLine, stackOf } from "./log-lines.ts";

test("the supervisor's lines, a time and JSON, are text with the time", () => {
  const at = "2026-01-31T12:00:00.000Z";
  const rows: readonly (readonly [line: string, text: string, time: string | undefined])[] = [
    [`${at} {"type":"started","component":"irc/one"}`, "started component=irc/one", at],
    [`${at} {"type":"late","networks":{"a":"b"}}`, 'late networks={"a":"b"}', at],
    [`${at} {"no":"type"}`, `${at} {"no":"type"}`, undefined],
    [`${at} {broken}`, `${at} {broken}`, undefined],
    [`{"level":"info","time":"${at}","msg":"m","error":{"message":"e"}}`, "m: e", at],
  ];
  for (const [line, text, time] of rows) {
    const read = readLogLine(line);
    assert.deepEqual([read.text, read.time], [text, time], line);
  }
});

test("a logged error has its stack, a line each, and nothing that a terminal obeys", () => {
  const stack = "Error: x\n    at f (a.ts:1:2)\n\n    at \u001b[2Jg (b.ts:3:4)";
  const lines = stackOf(JSON.stringify({ level: "error", error: { message: "x", stack } }));
  assert.deepEqual(lines.slice(0, 2), ["  Error: x", "      at f (a.ts:1:2)"]);
  assert.equal(lines.length, 3);
  assert.ok(!lines.join("").includes("\u001b"));
  for (const line of ["text", "{}", '{"error":null}', '{"error":"x"}', '{"error":{"stack":""}}']) {
    assert.deepEqual(stackOf(line), [], line);
  }
});
