/** Cron rules in all time zones against a model that walks the local clock step by step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cronRule, nextAfter } from "./rule.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Since 2012 every offset is a multiple of it, and so is every moment at which one changes. */
const QUARTER_MS = 15 * MINUTE_MS;

interface Field {
  readonly text: string;
  has(value: number): boolean;
}

interface ModelRule {
  readonly text: string;
  readonly isEveryHour: boolean;
  readonly stepMs: number;
  /** Whether a local time, as if it were UTC, matches. */
  has(local: Date): boolean;
}

const any: Field = { text: "*", has: () => true };

function field(min: number, max: number, times = 1): fc.Arbitrary<Field> {
  const value = fc.integer({ min, max }).map((each) => each - (each % times));
  const list = fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((values) => ({
    text: values.join(","),
    has: (each: number) => values.includes(each),
  }));
  const range = fc.tuple(value, value).map(([a, b]) => {
    const [first, last] = [Math.min(a, b), Math.max(a, b)];
    const has = (each: number) => each >= first && each <= last;
    return { text: `${first}-${last}`, has };
  });
  const step = fc.integer({ min: 2, max }).map((by) => ({
    text: `*/${by}`,
    has: (each: number) => (each - min) % by === 0,
  }));
  return times > 1 ? list : fc.oneof(list, range, step);
}

const often = (other: fc.Arbitrary<Field>, weight: number) =>
  fc.oneof({ arbitrary: fc.constant(any), weight }, { arbitrary: other, weight: 1 });

const someRule: fc.Arbitrary<ModelRule> = fc
  .record({
    second: fc.option(field(0, 59, 15), { freq: 3 }),
    minute: often(field(0, 59), 1),
    hour: fc.oneof(often(field(0, 23), 1), field(0, 3)),
    day: often(field(1, 31), 3),
    month: often(field(1, 12), 6),
    weekday: often(field(0, 6), 3),
  })
  .map(({ second, minute, hour, day, month, weekday }) => ({
    text: [second, minute, hour, day, month, weekday].flatMap((each) => each?.text ?? []).join(" "),
    isEveryHour: hour === any,
    stepMs: second === null ? MINUTE_MS : QUARTER_MS / 60,
    has: (local) => {
      const hasDay = day.has(local.getUTCDate());
      const hasWeekday = weekday.has(local.getUTCDay());
      const isEither = day !== any && weekday !== any;
      return (
        (second?.has(local.getUTCSeconds()) ?? local.getUTCSeconds() === 0) &&
        minute.has(local.getUTCMinutes()) &&
        hour.has(local.getUTCHours()) &&
        month.has(local.getUTCMonth() + 1) &&
        (isEither ? hasDay || hasWeekday : hasDay && hasWeekday)
      );
    },
  }));

/** Another way to an offset than the code under test takes. */
function offsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  const known = new Map<number, number>();
  return (ms) => {
    const quarter = Math.floor(ms / QUARTER_MS);
    let offsetMs = known.get(quarter);
    if (offsetMs === undefined) {
      const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?$/.exec(format.format(ms)) ?? [];
      offsetMs = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * MINUTE_MS;
      if (sign === "-") offsetMs = -offsetMs;
      known.set(quarter, offsetMs);
    }
    return offsetMs;
  };
}

const MAX_RUNS = 12;

/** The first runs after `fromMs` up to `untilMs`. */
function modelRuns(rule: ModelRule, timeZone: string, fromMs: number, untilMs: number): number[] {
  const { stepMs } = rule;
  const offsetAt = offsets(timeZone);
  const runs: number[] = [];
  const startMs = fromMs - 2 * DAY_MS;
  let shown = startMs + offsetAt(startMs);
  for (let ms = startMs; ms <= untilMs; ms += stepMs) {
    const local = ms + offsetAt(ms);
    let isDue = ms > fromMs && rule.isEveryHour && rule.has(new Date(local));
    for (; shown < local && !rule.isEveryHour; shown += stepMs) {
      if (rule.has(new Date(shown + stepMs))) isDue = true;
    }
    if (isDue && ms > fromMs && runs.push(ms) === MAX_RUNS) break;
  }
  return runs;
}

function runsOf(rule: ModelRule, timeZone: string, fromMs: number, untilMs: number): number[] {
  let parsed: ReturnType<typeof cronRule>;
  try {
    parsed = cronRule(rule.text, timeZone, fromMs);
  } catch (error) {
    // 30 February, or a year in which nothing is left.
    assert.match(String(error), /never matches/);
    return [];
  }
  const runs: number[] = [];
  let atMs = fromMs;
  while (runs.length < MAX_RUNS) {
    atMs = nextAfter(parsed, atMs, atMs) ?? Number.POSITIVE_INFINITY;
    if (atMs > untilMs) break;
    runs.push(atMs);
  }
  return runs;
}

/** When the offset changes in a year. */
function changes(timeZone: string, year: number): number[] {
  const offsetAt = offsets(timeZone);
  const found: number[] = [];
  for (let ms = Date.UTC(year, 0, 1); ms < Date.UTC(year + 1, 0, 1); ms += DAY_MS) {
    if (offsetAt(ms) === offsetAt(ms + DAY_MS)) continue;
    let changeMs = ms;
    while (offsetAt(changeMs) === offsetAt(ms)) changeMs += QUARTER_MS;
    found.push(changeMs);
  }
  return found;
}

const iso = (times: readonly number[]) => times.map((ms) => new Date(ms).toISOString());

function compare(rule: ModelRule, timeZone: string, fromMs: number, hours: number): void {
  const untilMs = fromMs + hours * 3_600_000;
  assert.deepEqual(
    iso(runsOf(rule, timeZone, fromMs, untilMs)),
    iso(modelRuns(rule, timeZone, fromMs, untilMs)),
    `"${rule.text}" in ${timeZone} from ${new Date(fromMs).toISOString()}`,
  );
}

/** A gap of half an hour, at midnight, of a day; two shifts of an hour in a month; winter time ahead. */
const ODD: readonly (readonly [timeZone: string, year: number])[] = [
  ["Australia/Lord_Howe", 2026],
  ["America/Havana", 2026],
  ["America/Santiago", 2026],
  ["Asia/Beirut", 2026],
  ["America/Sao_Paulo", 2018],
  ["Asia/Tehran", 2021],
  ["Pacific/Apia", 2011],
  ["Pacific/Kwajalein", 1993],
  ["Pacific/Kiritimati", 1994],
  ["Africa/Casablanca", 2026],
  ["Europe/Dublin", 2026],
  ["Asia/Pyongyang", 2018],
  ["America/Caracas", 2016],
  ["Antarctica/Troll", 2026],
];

/** Minutes from a change. */
const someMoment = fc.oneof(
  fc.integer({ min: -120, max: 120 }),
  fc.integer({ min: -1_440, max: 1_440 }),
);
const SEED = 10;

test("odd zones: the runs around a change are the model's", () => {
  const cases = ODD.flatMap(([zone, year]) => changes(zone, year).map((ms) => ({ zone, ms })));
  assert.ok(cases.length > 20);
  const law = fc.property(
    fc.constantFrom(...cases),
    someRule,
    someMoment,
    ({ zone, ms }, rule, minutes) => compare(rule, zone, ms + minutes * MINUTE_MS, 40),
  );
  fc.assert(law, { seed: SEED, numRuns: 150 });
});

test("all zones: the runs of some hours in a year are the model's", () => {
  const zones = Intl.supportedValuesOf("timeZone");
  const law = fc.property(
    fc.constantFrom(...zones),
    fc.integer({ min: 2012, max: 2037 }),
    fc.nat(400),
    someRule,
    someMoment,
    (zone, year, pick, rule, minutes) => {
      const days = changes(zone, year);
      const day = days[pick % Math.max(1, days.length)] ?? Date.UTC(year, 0, 1 + (pick % 365));
      compare(rule, zone, day + minutes * MINUTE_MS, 30);
    },
  );
  fc.assert(law, { seed: SEED, numRuns: 150 });
});
