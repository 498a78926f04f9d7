import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Logs } from "./logs.ts";

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "seabird-logs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the last words are what was complained of in this run, in words", (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, "core.log"), "an earlier run's complaint\n");
  const logs = new Logs(folder);
  t.after(() => logs.close());
  const lines = [
    "for people\x1b[31m",
    '{"level":"info","msg":"listening"}',
    '{"level":"error","error":{"message":"disk full"},"msg":"cannot write"}',
    "    at somewhere (file.ts:1:2)",
    '{"level":"warn","msg":"slow"}',
    "{ broken",
  ];
  writeSync(logs.fd("core"), `${lines.join("\n")}\n`);
  const words = ["for people␛[31m", "cannot write: disk full", "slow", "{ broken"];
  assert.deepEqual(logs.lastWords("core", 9), words);
  assert.deepEqual(logs.lastWords("core", 1), words.slice(-1));
});

test("removed logs have no last words, and nothing fails", (t) => {
  const folder = makeFolder(t);
  const logs = new Logs(join(folder, "logs"));
  writeSync(logs.fd("core"), "words\n");
  rmSync(join(folder, "logs"), { recursive: true });
  assert.deepEqual(logs.lastWords("core", 3), []);
  logs.close();
  logs.write("up", "to a folder that is gone");
});

test("a folder that cannot be is said with exit code 69", (t) => {
  const folder = makeFolder(t);
  writeFileSync(join(folder, "taken"), "");
  const wrong = { exitCode: 69, message: /cannot write in .*taken/ };
  assert.throws(() => new Logs(join(folder, "taken/logs")), wrong);
});
