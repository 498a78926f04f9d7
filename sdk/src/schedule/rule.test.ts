/** When a job is due again: over both changes of the clock, in two zones, and hostile rules. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cronRule, everyRule, nextAfter, type Rule } from "./rule.ts";

const ms = (text: string) => new Date(text).getTime();

function timesOf(cron: string, timeZone: string, from: string, count: number): string[] {
  const times: string[] = [];
  let nowMs = ms(from);
  const rule = cronRule(cron, timeZone, nowMs);
  for (let i = 0; i < count; i++) {
    nowMs = nextAfter(rule, nowMs, nowMs) ?? Number.NaN;
    times.push(new Date(nowMs).toISOString().replace(":00.000Z", "Z"));
  }
  return times;
}

const BERLIN = "Europe/Berlin";
const NEW_YORK = "America/New_York";

test("in spring a time that is left out is taken at the end of the gap", () => {
  assert.deepEqual(timesOf("30 2 * * *", BERLIN, "2026-03-28T00:00Z", 3), [
    "2026-03-28T01:30Z",
    "2026-03-29T01:00Z", // 03:00, where 02:30 is not
    "2026-03-30T00:30Z",
  ]);
  assert.deepEqual(timesOf("30 2 * * *", NEW_YORK, "2026-03-07T00:00Z", 3), [
    "2026-03-07T07:30Z",
    "2026-03-08T07:00Z",
    "2026-03-09T06:30Z",
  ]);
});

test("in autumn a time that comes twice is taken once", () => {
  assert.deepEqual(timesOf("30 2 * * *", BERLIN, "2026-10-24T00:00Z", 3), [
    "2026-10-24T00:30Z",
    "2026-10-25T00:30Z",
    "2026-10-26T01:30Z",
  ]);
  assert.deepEqual(timesOf("30 1 * * *", NEW_YORK, "2026-10-31T00:00Z", 3), [
    "2026-10-31T05:30Z",
    "2026-11-01T05:30Z",
    "2026-11-02T06:30Z",
  ]);
});

test("other times of those days are what the clock on the wall says", () => {
  for (const [zone, days] of [
    [BERLIN, ["2026-03-28T08:00Z", "2026-03-29T07:00Z", "2026-03-30T07:00Z"]],
    [BERLIN, ["2026-10-24T07:00Z", "2026-10-25T08:00Z", "2026-10-26T08:00Z"]],
    [NEW_YORK, ["2026-03-07T14:00Z", "2026-03-08T13:00Z", "2026-03-09T13:00Z"]],
    [NEW_YORK, ["2026-10-31T13:00Z", "2026-11-01T14:00Z", "2026-11-02T14:00Z"]],
  ] as const) {
    assert.deepEqual(timesOf("0 9 * * *", zone, `${days[0].slice(0, 11)}00:00Z`, 3), days);
  }
});

test("every hour is every hour, also where an hour is missing or comes twice", () => {
  for (const [zone, from] of [
    [BERLIN, "2026-03-28T22:00Z"],
    [BERLIN, "2026-10-24T22:00Z"],
    [NEW_YORK, "2026-03-08T04:00Z"],
    [NEW_YORK, "2026-11-01T03:00Z"],
  ] as const) {
    const times = timesOf("30 * * * *", zone, from, 6).map(ms);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.deepEqual(gaps, [3_600_000, 3_600_000, 3_600_000, 3_600_000, 3_600_000], from);
  }
});

test("every keeps its beat, and leaves out what was missed", () => {
  const rule = everyRule(60_000);
  assert.equal(nextAfter(rule, 1_000, 1_000), 61_000);
  assert.equal(nextAfter(rule, 1_000, 60_999), 61_000);
  assert.equal(nextAfter(rule, 1_000, 61_000), 121_000);
  assert.equal(nextAfter(rule, 1_000, 600_500), 601_000);
  // The clock was set back.
  assert.equal(nextAfter(rule, 1_000_000, 5_000), 1_060_000);
  const someMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
  const law = fc.property(
    fc.integer({ min: 1_000, max: 9e11 }),
    someMs,
    someMs,
    (every, due, now) => {
      const next = nextAfter({ every }, due, now) ?? Number.NaN;
      assert.ok(next > now && next > due && (next - due) % every === 0);
      assert.ok(next - every <= Math.max(now, due));
    },
  );
  fc.assert(law);
});

test("what cannot be, or never comes, is refused at once", () => {
  const refused = { code: "invalid_argument" };
  const bad = ["", " ", "* * *", "60 * * * *", "@reboot", "a b c d e", "* * * * * * *"];
  const worse = ["*/0 * * * *", "1-99999999 * * * *", "0,".repeat(500), "0 0 30 2 *", "'; drop"];
  for (const cron of [...bad, ...worse, undefined, null, 5, {}] as string[]) {
    assert.throws(() => cronRule(cron, "UTC", 0), refused, String(cron));
  }
  for (const zone of ["Mars/Base", "", "x".repeat(10_000), "../etc", 5, null] as string[]) {
    assert.throws(() => cronRule("* * * * *", zone, 0), refused, String(zone));
  }
  for (const every of [0, 999, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e15]) {
    assert.throws(() => everyRule(every), refused, String(every));
  }
});

test("any five fields give a later time or are refused", () => {
  const field = fc.constantFrom(
    "*",
    "0",
    "1",
    "31",
    "59",
    "*/7",
    "1-5",
    "L",
    "mon",
    "1,2,3",
    "?",
    "#",
  );
  const law = fc.property(fc.tuple(field, field, field, field, field), (fields) => {
    const nowMs = ms("2026-03-28T23:59:59Z");
    let rule: Rule;
    try {
      rule = cronRule(fields.join(" "), BERLIN, nowMs);
    } catch (error) {
      assert.equal((error as { code?: string }).code, "invalid_argument");
      return;
    }
    const next = nextAfter(rule, nowMs, nowMs);
    assert.ok(next !== undefined && next > nowMs);
  });
  fc.assert(law, { numRuns: 300 });
});
