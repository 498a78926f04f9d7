/** A cron expression: which local dates and times it matches. Knows no time zones. Pure. */

/** Local times are milliseconds since 1970 as if the time zone were UTC. */
export interface CronExpression {
  /** Whether the hour is `*`: then it follows real time, and does not name hours of the day. */
  readonly isEveryHour: boolean;
  /** The first matching local time at or after `localMs`; undefined if there is none by `untilMs`. */
  next(localMs: number, untilMs: number): number | undefined;
}

interface FieldKind {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of values, the first for `min`. */
  readonly names?: readonly string[];
}

interface Field {
  readonly isAny: boolean;
  /** Sorted. */
  readonly values: readonly number[];
}

interface DayField extends Field {
  /** `L`: the last day of the month. */
  readonly hasLast: boolean;
}

interface WeekdayField extends Field {
  /** `mon#2`, `mon#L`: such a weekday of the month. */
  readonly inMonth: readonly { readonly weekday: number; readonly nth: number }[];
}

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;
/** The `nth` of the last such weekday. */
const LAST = 0;

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const WEEKDAYS = "sun mon tue wed thu fri sat".split(" ");
const SUNDAY_TOO = 7;

const SECOND: FieldKind = { name: "second", min: 0, max: 59 };
const MINUTE: FieldKind = { name: "minute", min: 0, max: 59 };
const HOUR: FieldKind = { name: "hour", min: 0, max: 23 };
const DAY: FieldKind = { name: "day of the month", min: 1, max: 31 };
const MONTH: FieldKind = { name: "month", min: 1, max: 12, names: MONTHS };
const WEEKDAY: FieldKind = { name: "day of the week", min: 0, max: SUNDAY_TOO, names: WEEKDAYS };

const SHORTHANDS: Readonly<Record<string, string>> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

/** Throws an Error that names the wrong field. */
export function parseCron(text: string): CronExpression {
  const trimmed = text.trim().toLowerCase();
  const expanded = Object.hasOwn(SHORTHANDS, trimmed) ? SHORTHANDS[trimmed] : trimmed;
  const words = expanded?.split(/\s+/) ?? [];
  if (words.length === 5) words.unshift("0");
  const [second, minute, hour, day, month, weekday] = words;
  if (weekday === undefined || words.length > 6) throw new Error("it needs five or six fields");
  return new Fields({
    seconds: parseField(SECOND, second).values,
    minutes: parseField(MINUTE, minute).values,
    hours: parseField(HOUR, hour),
    days: parseDays(day ?? ""),
    months: parseField(MONTH, month).values,
    weekdays: parseWeekdays(weekday),
  });
}

interface FieldsOfCron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: Field;
  readonly days: DayField;
  readonly months: readonly number[];
  readonly weekdays: WeekdayField;
}

class Fields implements CronExpression {
  readonly #fields: FieldsOfCron;

  constructor(fields: FieldsOfCron) {
    this.#fields = fields;
  }

  get isEveryHour(): boolean {
    return this.#fields.hours.isAny;
  }

  next(localMs: number, untilMs: number): number | undefined {
    const fromMs = Math.ceil(localMs / SECOND_MS) * SECOND_MS;
    let dayMs = Math.floor(fromMs / DAY_MS) * DAY_MS;
    while (dayMs <= untilMs) {
      const date = new Date(dayMs);
      if (!this.#fields.months.includes(date.getUTCMonth() + 1)) {
        dayMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
        continue;
      }
      const timeMs = this.#hasDay(date) ? this.#timeFrom(fromMs - dayMs) : undefined;
      if (timeMs !== undefined) return dayMs + timeMs;
      dayMs += DAY_MS;
    }
    return undefined;
  }

  /** If both day fields are restricted, either is enough, as in cron. */
  #hasDay(date: Date): boolean {
    const { days, weekdays } = this.#fields;
    const day = date.getUTCDate();
    const weekday = date.getUTCDay();
    const lastDay = new Date(
      Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0),
    ).getUTCDate();
    const hasDay = days.values.includes(day) || (days.hasLast && day === lastDay);
    const hasWeekday =
      weekdays.values.includes(weekday) ||
      weekdays.inMonth.some(
        (each) =>
          each.weekday === weekday &&
          (each.nth === LAST ? day + 7 > lastDay : Math.ceil(day / 7) === each.nth),
      );
    if (days.isAny) return hasWeekday;
    return weekdays.isAny ? hasDay : hasDay || hasWeekday;
  }

  /** The first time of a day at or after `fromMs` since its midnight. */
  #timeFrom(fromMs: number): number | undefined {
    const { hours, minutes, seconds } = this.#fields;
    for (const hour of hours.values) {
      for (const minute of minutes) {
        const startMs = (hour * 60 + minute) * 60 * SECOND_MS;
        if (startMs + 59 * SECOND_MS < fromMs) continue;
        const second = seconds.find((each) => startMs + each * SECOND_MS >= fromMs);
        if (second !== undefined) return startMs + second * SECOND_MS;
      }
    }
    return undefined;
  }
}

function parseDays(text: string): DayField {
  const items = text.split(",");
  const others = items.filter((item) => item !== "l");
  const hasLast = others.length < items.length;
  const field = others.length === 0 ? NOTHING : parseField(DAY, asterisk(others.join(",")));
  return { ...field, hasLast };
}

function parseWeekdays(text: string): WeekdayField {
  const items = text.split(",");
  const inMonth = items.flatMap((item) => {
    const [, name, nth] = /^([a-z0-9]+)#([1-5l])$/.exec(item) ?? /^([0-7])(l)$/.exec(item) ?? [];
    if (name === undefined) return [];
    return { weekday: parseValue(WEEKDAY, name) % 7, nth: nth === "l" ? LAST : Number(nth) };
  });
  const others = items.filter((item) => !/^\w+#[1-5l]$|^[0-7]l$/.test(item));
  const field = others.length === 0 ? NOTHING : parseField(WEEKDAY, asterisk(others.join(",")));
  const values = [...new Set(field.values.map((value) => value % 7))];
  return { isAny: field.isAny, values, inMonth };
}

const NOTHING: Field = { isAny: false, values: [] };

/** Some write `?` for a day field that is not restricted. */
function asterisk(text: string): string {
  return text === "?" ? "*" : text;
}

function parseField(kind: FieldKind, text = ""): Field {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    for (const value of parseItem(kind, item)) values.add(value);
  }
  return { isAny: text === "*", values: [...values].sort((a, b) => a - b) };
}

/** `*`, `5`, `mon`, `1-5`, and `*` or a range with a step, such as every 15th. */
function parseItem(kind: FieldKind, item: string): number[] {
  const [, range = "", step] = /^([^/]*)(?:\/(\d{1,2}))?$/.exec(item) ?? [];
  const [first, last] = parseRange(kind, range, item);
  const by = step === undefined ? 1 : Number(step);
  const isSingle = !range.includes("-") && range !== "*";
  if (by === 0 || by > kind.max || (step !== undefined && isSingle)) throw wrong(kind, item);
  const values: number[] = [];
  for (let value = first; value <= last; value += by) values.push(value);
  return values;
}

function parseRange(kind: FieldKind, range: string, item: string): [number, number] {
  if (range === "*") return [kind.min, kind === WEEKDAY ? SUNDAY_TOO - 1 : kind.max];
  const [from = "", to, ...more] = range.split("-");
  const first = parseValue(kind, from);
  if (to === undefined) return [first, first];
  const value = parseValue(kind, to);
  const last = kind === WEEKDAY && value === 0 && first > 0 ? SUNDAY_TOO : value;
  if (more.length > 0 || last < first) throw wrong(kind, item);
  return [first, last];
}

function parseValue(kind: FieldKind, text: string): number {
  const index = kind.names?.indexOf(text) ?? -1;
  if (index >= 0) return kind.min + index;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= kind.min && value <= kind.max) return value;
  throw wrong(kind, text);
}

function wrong({ name, min, max, names }: FieldKind, text: string): Error {
  const named = names === undefined ? "" : ` or ${names[0]} to ${names.at(-1)}`;
  const allowed = `${min} to ${max}${named}, *, lists, ranges and steps`;
  return new Error(`the ${name} is "${text}"; allowed: ${allowed}`);
}
