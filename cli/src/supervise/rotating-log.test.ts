import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { logFileName } from "./component-logs.ts";
import { LineSplitter } from "./line-splitter.ts";
import { RotatingLog } from "./rotating-log.ts";

function makeLog(t: TestContext, maxBytes: number): RotatingLog {
  const folder = mkdtempSync(join(tmpdir(), "seabird-rotation-"));
  const log = new RotatingLog(join(folder, "component.log"), { maxBytes, files: 3 });
  t.after(() => {
    log.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return log;
}

test("a full log becomes .1, then .2, and is then lost", (t) => {
  const log = makeLog(t, 8);
  for (const line of ["one\n", "two\n", "three\n", "four\n", "five\n", "six\n"]) {
    log.write(Buffer.from(line));
  }
  const contents = ["", ".1", ".2"].map((end) => readFileSync(log.path + end, "utf8"));
  assert.deepEqual(contents, ["six\n", "five\n", "four\n"]);
  assert.deepEqual(log.tail(10, 1_000), ["four", "five", "six"]);
  assert.deepEqual(log.tail(2, 1_000), ["five", "six"]);
  assert.deepEqual(log.tail(0, 1_000), []);
});

test("what an earlier run has written counts; a removed log is begun anew", (t) => {
  const log = makeLog(t, 8);
  log.write(Buffer.from("before\n"));
  log.close();
  const next = new RotatingLog(log.path, { maxBytes: 8, files: 3 });
  t.after(() => next.close());
  next.write(Buffer.from("now\n"));
  assert.deepEqual(next.tail(5, 1_000), ["before", "now"]);
  rmSync(log.path);
  next.write(Buffer.from("too long for eight\n"));
  assert.deepEqual(next.tail(5, 1_000), ["before", "too long for eight"]);
});

test("the end of a long log, however its lines lie across what is read at once", (t) => {
  const log = makeLog(t, 10_000_000);
  const lines = Array.from({ length: 30_000 }, (_, at) => `line ${at}`);
  log.write(Buffer.from(`${lines.join("\n")}\n`));
  assert.deepEqual(log.tail(20_000, 10_000_000), lines.slice(-20_000));
  assert.ok(log.tail(20_000, 1_000).length < 101);
});

test("chunks become lines, and a line without end becomes two", () => {
  const splitter = new LineSplitter(10);
  const push = (text: string) => splitter.push(Buffer.from(text)).toString();
  assert.equal(push("ab"), "");
  assert.equal(push("c\nd"), "abc\n");
  assert.equal(push("\n\ne"), "d\n\n");
  assert.equal(push("x".repeat(12)), `e${"x".repeat(12)}\n`);
  assert.equal(push("z"), "");
  assert.equal(splitter.end().toString(), "z\n");
  assert.equal(splitter.end().toString(), "");
});

test("each component has a file of its own, in the folder", () => {
  const names = ["irc/libera", "irc+libera", "irc~2blibera", "..", "../evil", "a.b", "ä", ""];
  const files = names.map(logFileName);
  assert.equal(files[0], "irc+libera.log");
  assert.equal(new Set(files).size, names.length);
  for (const file of files) assert.match(file, /^(?!\.\.)[A-Za-z0-9._+~-]+$/);
});
