import assert from "node:assert/strict";
import { test } from "node:test";
import { AggregatedLog, type LineKind } from "./aggregated-log.ts";
import { LOG_LIMITS } from "./limits.ts";
import { silentLogger } from "./logger.ts";
import { ManualClock } from "./test/manual-clock.ts";

const TLS: LineKind = { level: "warn", by: "peer", text: "TLS connection refused" };
const OPENED: LineKind = { level: "info", by: "peer", text: "stream opened", burst: 3 };

function setup() {
  const lines: { level: string; fields: object; text: string }[] = [];
  const write = (level: string) => (fields: object, text: string) =>
    void lines.push({ level, fields, text });
  const clock = new ManualClock();
  const logger = { ...silentLogger, info: write("info"), warn: write("warn") };
  const log = new AggregatedLog(logger, clock);
  return {
    log,
    clock,
    /** The lines since the last call. */
    texts: () => lines.splice(0).map(({ text }) => text),
    lines,
    next: () => {
      clock.advance(LOG_LIMITS.summaryEveryMs);
      log.flush();
    },
  };
}

test("the first line of a peer is written, the others are summed up", () => {
  const { log, lines, texts, next } = setup();
  for (let i = 0; i < 3_812; i++) log.add(TLS, "10.1.2.3", { port: 11 });
  log.add(TLS, "10.1.2.4");
  assert.deepEqual(lines[0], {
    level: "warn",
    fields: { peer: "10.1.2.3", port: 11 },
    text: "TLS connection refused",
  });
  assert.deepEqual(texts(), ["TLS connection refused", "TLS connection refused"]);
  next();
  assert.deepEqual(lines[0]?.fields, { peer: "10.1.2.3", count: 3_812 });
  assert.deepEqual(texts(), ["3,812 from 10.1.2.3 in the last 10 s: TLS connection refused"]);
});

test("in the next ten seconds a peer's first line is written again, timer or not", () => {
  const { log, clock, texts } = setup();
  for (let i = 0; i < 2; i++) log.add(TLS, "10.1.2.3");
  clock.advance(LOG_LIMITS.summaryEveryMs - 1);
  log.add(TLS, "10.1.2.3");
  assert.deepEqual(texts(), ["TLS connection refused"]);
  clock.advance(1);
  log.add(TLS, "10.1.2.3");
  assert.deepEqual(texts(), [
    "3 from 10.1.2.3 in the last 10 s: TLS connection refused",
    "TLS connection refused",
  ]);
});

test("a kind may write more of a peer's lines before it only counts them", () => {
  const { log, texts, next } = setup();
  for (let i = 0; i < 5; i++) log.add(OPENED, "10.1.2.3");
  assert.equal(texts().length, 3);
  next();
  assert.deepEqual(texts(), ["5 from 10.1.2.3 in the last 10 s: stream opened"]);
});

test("lines are bounded however many peers there are", () => {
  const { log, texts, next } = setup();
  for (let peer = 0; peer < 100_000; peer++) {
    for (let i = 0; i < 2; i++) log.add(TLS, `10.1.${peer >> 8}.${peer & 255}`);
  }
  assert.equal(texts().length, LOG_LIMITS.maxRows + 1);
  next();
  const summaries = texts();
  assert.equal(summaries.length, LOG_LIMITS.maxRows + 1);
  assert.match(summaries.at(-1) ?? "", /^199,872 from others in the last 10 s: /);
  next();
  log.add(TLS, "10.9.9.9");
  assert.deepEqual(texts(), ["TLS connection refused"]);
});
