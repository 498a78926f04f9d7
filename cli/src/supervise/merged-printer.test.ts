import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { complaints, readLogLine } from "./log-lines.ts";
import {
  MAX_MERGED_LINE_CHARS,
  MAX_MERGED_WAITING_BYTES,
  MERGED_LINES,
  MergedLog,
} from "./merged-log.ts";
import { formatMerged, MAX_NOTICES, MergedPrinter, Notices } from "./merged-printer.ts";

const json = (entry: object) => JSON.stringify(entry);

/** A stream that nobody reads as long as `isStuck`. */
class FakeStream {
  written = "";
  isStuck = false;
  get writableLength(): number {
    return this.isStuck ? MAX_MERGED_WAITING_BYTES + 1 : 0;
  }
  write(text: string): void {
    this.written += text;
  }
}

function printerTo(stream: FakeStream, asJson: boolean): MergedPrinter {
  return new MergedPrinter(stream as unknown as NodeJS.WriteStream, asJson);
}

test("lines of JSON become words, and nothing in them reaches the terminal as it is", () => {
  const line = json({
    level: "warn",
    time: 0,
    msg: "cannot join\u001b[2J",
    error: { message: "banned" },
    channel: "#x",
    tries: 2,
  });
  const { level, time, text } = readLogLine(line);
  assert.equal(level, "warn");
  assert.equal(time, "1970-01-01T00:00:00.000Z");
  assert.equal(text, "cannot join␛[2J: banned channel=#x tries=2");
  assert.deepEqual(readLogLine("{ broken\u0007"), {
    level: undefined,
    time: undefined,
    text: "{ broken␇",
  });
  assert.equal(readLogLine(json({ level: 40, msg: { deep: 1 }, time: "x" })).text, "");
  assert.ok(readLogLine("x".repeat(100_000)).text.length < 5_000);
});

test("complaints are warnings, errors, and what was meant for people", () => {
  const lines = [
    json({ level: "info", msg: "fine" }),
    json({ level: "error", msg: "bad" }),
    "",
    "oh",
  ];
  assert.deepEqual(
    complaints([...lines, "    at here (x.ts:1)", "     ^^^", "Node.js v24.0.0"], 5),
    ["bad", "oh"],
  );
  assert.deepEqual(complaints(lines, 1), ["oh"]);
});

test("a merged line has the component's name and what is more than information", () => {
  const style = { stream: process.stdout, clock: false };
  const of = (entry: object) =>
    formatMerged({ component: "irc/x", line: json(entry), atMs: 0 }, style);
  assert.equal(stripVTControlCharacters(of({ level: "info", msg: "here" })), "irc/x here");
  assert.equal(stripVTControlCharacters(of({ level: "error", msg: "gone" })), "irc/x error: gone");
});

test("a reader who is too slow misses lines, and is told how many", () => {
  const stream = new FakeStream();
  const printer = printerTo(stream, true);
  const show = (line: string) => printer.show({ component: "p", line, atMs: 0 });
  show("one");
  stream.isStuck = true;
  show("two");
  show("three");
  stream.isStuck = false;
  show("four");
  const lines = stream.written.trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).line),
    ["one", "2 lines were left out here", "four"],
  );
});

test("the room is shown what is serious, but no flood of it", () => {
  const shown: string[] = [];
  const notices = new Notices((line) => shown.push(line) > 0);
  const show = (level: string, atMs: number) =>
    notices.show({ component: "p", line: json({ level, msg: "m" }), atMs });
  show("info", 100_000);
  for (let count = 0; count < 50; count++) show("warn", 100_000 + count);
  assert.equal(shown.length, MAX_NOTICES);
  assert.equal(shown[0], "p warn: m");
  assert.equal(shown.at(-1), "more warnings are in the logs");
  show("error", 111_000);
  assert.equal(shown.at(-1), "p error: m");
});

test("the merged log keeps the latest lines, and tells its followers", () => {
  const log = new MergedLog();
  const seen: string[] = [];
  const unfollow = log.follow(({ line }) => seen.push(line));
  for (let at = 0; at < 2.5 * MERGED_LINES; at++) log.add("p", String(at));
  unfollow();
  log.add("p", "x".repeat(2 * MAX_MERGED_LINE_CHARS));
  assert.equal(seen.length, 2.5 * MERGED_LINES);
  const latest = log.latest(5_000);
  assert.equal(latest.length, MERGED_LINES);
  assert.equal(latest.at(-1)?.line.length, MAX_MERGED_LINE_CHARS);
  assert.equal(latest.at(-2)?.line, String(2.5 * MERGED_LINES - 1));
  assert.deepEqual(log.latest(0), []);
});
