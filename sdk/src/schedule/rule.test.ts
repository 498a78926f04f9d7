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

/** Expressions over a change in Europe/Berlin: the first runs after `from`. */
const CHANGES: readonly [cron: string, from: string, runs: readonly string[]][] = [
  ["30 2,14 * * *", "2026-03-28T13:30Z", ["2026-03-29T01:00Z", "2026-03-29T12:30Z"]],
  ["15,45 2 * * *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:15Z"]],
  ["0,30 2 * * *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]],
  ["*/20 2 * * *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]],
  ["0 2,3 * * *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]],
  [
    "30 1-3 * * *",
    "2026-03-29T00:00Z",
    ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"],
  ],
  ["30 2 * * sun", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-04-05T00:30Z"]],
  ["30 2 29 3 *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2027-03-29T00:30Z"]],
  ["30 2 L 3 *", "2019-01-01T00:00Z", ["2019-03-31T01:00Z", "2020-03-31T00:30Z"]],
  ["20 30 2 * * *", "2026-03-28T02:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30:20.000Z"]],
  ["30 2,14 * * *", "2026-10-24T13:00Z", ["2026-10-25T00:30Z", "2026-10-25T13:30Z"]],
  [
    "30 1-3 * * *",
    "2026-10-24T22:00Z",
    ["2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T02:30Z"],
  ],
  ["0 */2 * * *", "2026-10-24T22:00Z", ["2026-10-25T00:00Z", "2026-10-25T03:00Z"]],
  [
    "*/30 2 * * *",
    "2026-10-24T22:00Z",
    ["2026-10-25T00:00Z", "2026-10-25T00:30Z", "2026-10-26T01:00Z"],
  ],
  ["0 0-23 * * *", "2026-10-24T23:30Z", ["2026-10-25T00:00Z", "2026-10-25T02:00Z"]],
  ["30 2 * * *", "2026-10-25T00:45Z", ["2026-10-26T01:30Z"]],
  ["30 2 * * sun", "2026-10-25T01:10Z", ["2026-11-01T01:30Z"]],
  [
    "0,30 * * * sun",
    "2026-10-25T00:00Z",
    ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z"],
  ],
  ["*/20 * * * *", "2026-03-29T00:30Z", ["2026-03-29T00:40Z", "2026-03-29T01:00Z"]],
];

test("each local time once a day, the skipped ones together; with the hour *, real time", () => {
  for (const [cron, from, runs] of CHANGES) {
    assert.deepEqual(timesOf(cron, BERLIN, from, runs.length), runs, `${cron} from ${from}`);
  }
});

test("zones that skip half an hour, midnight or a day", () => {
  for (const [zone, cron, from, runs] of [
    [
      "Australia/Lord_Howe",
      "15 2 * * *",
      "2026-10-03T10:00Z",
      ["2026-10-03T15:30Z", "2026-10-04T15:15Z"],
    ],
    [
      "Australia/Lord_Howe",
      "45 1 * * *",
      "2026-04-03T16:00Z",
      ["2026-04-04T14:45Z", "2026-04-05T15:15Z"],
    ],
    [
      "America/Havana",
      "0 0 * * *",
      "2026-03-07T12:00Z",
      ["2026-03-08T05:00Z", "2026-03-09T04:00Z"],
    ],
    [
      "America/Havana",
      "30 0 * * *",
      "2026-10-31T12:00Z",
      ["2026-11-01T04:30Z", "2026-11-02T05:30Z"],
    ],
    // The gap begins a minute after midnight.
    [
      "America/St_Johns",
      "30 0 * * *",
      "1987-04-04T12:00Z",
      ["1987-04-05T03:31Z", "1987-04-06T03:00Z"],
    ],
    ["Pacific/Kiritimati", "0 0 1 10 *", "1979-09-01T00:00Z", ["1979-10-01T10:40Z"]],
    [
      "Pacific/Apia",
      "0 9 * * *",
      "2011-12-28T20:00Z",
      ["2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z"],
    ],
    [
      "Pacific/Apia",
      "0 9 30 12 *",
      "2011-12-01T00:00Z",
      ["2011-12-30T10:00Z", "2012-12-29T19:00Z"],
    ],
    [
      "Pacific/Apia",
      "0 9 * * fri",
      "2011-12-24T00:00Z",
      ["2011-12-30T10:00Z", "2012-01-05T19:00Z"],
    ],
    ["Pacific/Apia", "0 * 30 12 *", "2011-12-01T00:00Z", ["2012-12-29T10:00Z"]],
  ] as const) {
    assert.deepEqual(timesOf(cron, zone, from, runs.length), runs, `${cron} in ${zone}`);
  }
});

test("the fields of an expression", () => {
  for (const [cron, runs] of [
    ["@daily", ["2026-01-02T00:00Z", "2026-01-03T00:00Z"]],
    ["0 0 1 JAN *", ["2027-01-01T00:00Z", "2028-01-01T00:00Z"]],
    ["0 0 29 2 *", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
    ["0 0 L * *", ["2026-01-31T00:00Z", "2026-02-28T00:00Z"]],
    ["0 0 15,L * *", ["2026-01-15T00:00Z", "2026-01-31T00:00Z"]],
    ["0 0 * * sat-sun", ["2026-01-03T00:00Z", "2026-01-04T00:00Z", "2026-01-10T00:00Z"]],
    ["0 0 * * 0-0", ["2026-01-04T00:00Z", "2026-01-11T00:00Z"]],
    ["0 0 * * 7", ["2026-01-04T00:00Z", "2026-01-11T00:00Z"]],
    ["0 0 * * mon#2,fri#L", ["2026-01-12T00:00Z", "2026-01-30T00:00Z", "2026-02-09T00:00Z"]],
    ["0 0 * * 5L", ["2026-01-30T00:00Z", "2026-02-27T00:00Z"]],
    ["0 0 ? * mon", ["2026-01-05T00:00Z", "2026-01-12T00:00Z"]],
    ["0 0 4 * mon", ["2026-01-04T00:00Z", "2026-01-05T00:00Z", "2026-01-12T00:00Z"]],
    ["1-5/2  0 * * *", ["2026-01-01T00:01Z", "2026-01-01T00:03Z", "2026-01-01T00:05Z"]],
    ["*/30 0 0 1 1 *", ["2026-01-01T00:00:30.000Z", "2027-01-01T00:00Z"]],
  ] as const) {
    assert.deepEqual(timesOf(cron, "UTC", "2026-01-01T00:00Z", runs.length), runs, cron);
  }
});

test("a wrong field is named", () => {
  for (const [cron, why] of [
    ["60 * * * *", 'the minute is "60"; allowed: 0 to 59'],
    ["* 24 * * *", 'the hour is "24"; allowed: 0 to 23'],
    ["* * 0 * *", 'the day of the month is "0"; allowed: 1 to 31'],
    ["* * * foo *", 'the month is "foo"; allowed: 1 to 12 or jan to dec'],
    ["* * * * fri-mon", 'the day of the week is "fri-mon"; allowed: 0 to 7 or sun to sat'],
    ["5/15 * * * *", 'the minute is "5/15"'],
    ["*/90 * * * *", 'the minute is "*/90"'],
    ["* 22-2 * * *", 'the hour is "22-2"'],
    ["* * * *", "it needs five or six fields"],
  ] as const) {
    const isNamed = (error: Error) => error.message.includes(why);
    assert.throws(() => cronRule(cron, "UTC", 0), isNamed, cron);
  }
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
