import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ComponentLogs } from "./component-logs.ts";
import { complaints } from "./log-lines.ts";

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "seabird-logs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function write(logs: ComponentLogs, text: string): void {
  const output = logs.output("core");
  assert.ok(output.to === "lines");
  output.begin();
  output.take("stderr", Buffer.from(text));
}

test("the last complaints are those of this run, in words", (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, "core.log"), "an earlier run's complaint\n");
  const logs = new ComponentLogs(folder);
  t.after(() => logs.close());
  const lines = [
    "for people\x1b[31m",
    '{"level":"info","msg":"listening"}',
    '{"level":"error","error":{"message":"disk full"},"msg":"cannot write"}',
    "    at somewhere (file.ts:1:2)",
    '{"level":"warn","msg":"slow"}',
    "{ broken",
  ];
  write(logs, `${lines.join("\n")}\n`);
  const words = ["for people␛[31m", "cannot write: disk full", "slow", "{ broken"];
  assert.deepEqual(complaints(logs.logTail("core"), 9), words);
  assert.deepEqual(complaints(logs.logTail("core"), 1), words.slice(-1));
});

test("nothing fails when the logs are removed while they are written", (t) => {
  const folder = makeFolder(t);
  const logs = new ComponentLogs(join(folder, "logs"));
  assert.deepEqual(logs.logTail("core"), []);
  write(logs, "words\n");
  rmSync(join(folder, "logs"), { recursive: true });
  assert.deepEqual(logs.tail("core", 3), []);
  logs.close();
  logs.write("up", "to a folder that is gone");
});

test("a folder that cannot be is said with exit code 69", (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, "taken"), "");
  const wrong = { exitCode: 69, message: /cannot write in .*taken/ };
  assert.throws(() => new ComponentLogs(join(folder, "taken/logs")), wrong);
});
