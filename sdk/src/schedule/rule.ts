/** When a job is due again. Pure. */
import { SeabirdError } from "../link/errors.ts";
import { type CronExpression, parseCron } from "./cron-expression.ts";
import { SCHEDULE } from "./schedule-limits.ts";
import { MAX_OFFSET_MS, type ZoneClock, zoneClock } from "./zone-clock.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

export type Rule =
  | { readonly every: number }
  | { readonly cron: string; readonly timeZone: string };

/** Throws `invalid_argument` for an interval that is too short, too long or not a whole number. */
export function everyRule(ms: number): Rule {
  const { minEveryMs, maxAheadMs } = SCHEDULE;
  if (Number.isInteger(ms) && ms >= minEveryMs && ms <= maxAheadMs) return { every: ms };
  throw new SeabirdError("invalid_argument", `every ${ms} ms; allowed: ${minEveryMs} ms and more`);
}

/** Throws `invalid_argument` for an invalid expression or zone, or one that never matches. */
export function cronRule(cron: string, timeZone: string, nowMs: number): Rule {
  if (typeof cron !== "string" || cron.length > SCHEDULE.maxCronCharacters) throw noCron(cron);
  const rule = { cron, timeZone: zoneOf(timeZone) };
  let nextMs: number | undefined;
  try {
    nextMs = cronAfter(rule, nowMs);
  } catch (cause) {
    throw noCron(cron, cause);
  }
  if (nextMs !== undefined) return rule;
  throw new SeabirdError("invalid_argument", `"${cron}" never matches`);
}

/**
 * The first time after `nowMs`, undefined if there is none. `every` stays aligned to `dueMs`;
 * missed times are skipped.
 */
export function nextAfter(rule: Rule, dueMs: number, nowMs: number): number | undefined {
  if ("cron" in rule) return cronAfter(rule, Math.max(dueMs, nowMs));
  const intervals = Math.max(1, Math.floor((nowMs - dueMs) / rule.every) + 1);
  return dueMs + intervals * rule.every;
}

/**
 * With the hour `*`, each moment whose local time matches. Otherwise each matching local time once
 * a day: the first of two, and those that are skipped together at the end of the gap.
 */
function cronAfter(
  { cron, timeZone }: Extract<Rule, { cron: string }>,
  ms: number,
): number | undefined {
  const expression = parseCron(cron);
  const zone = zoneClock(timeZone);
  const secondMs = Math.floor(ms / SECOND_MS) * SECOND_MS;
  const untilMs = secondMs + SCHEDULE.maxAheadMs;
  if (expression.isEveryHour) return matchingMoment(expression, zone, secondMs, untilMs);
  const localMs = expression.next(zone.latestShown(secondMs) + SECOND_MS, untilMs);
  return localMs === undefined ? undefined : zone.firstAt(localMs);
}

/** The first moment after `afterMs` whose local time matches. */
function matchingMoment(
  expression: CronExpression,
  zone: ZoneClock,
  afterMs: number,
  untilMs: number,
): number | undefined {
  let fromMs = afterMs + SECOND_MS;
  while (fromMs <= untilMs) {
    const endMs = fromMs + DAY_MS;
    let localMs: number | undefined;
    for (const span of zone.spans(fromMs, endMs)) {
      localMs = expression.next(span.fromMs + span.offsetMs, untilMs);
      if (localMs !== undefined && localMs - span.offsetMs < span.untilMs) {
        return localMs - span.offsetMs;
      }
    }
    if (localMs === undefined) return undefined;
    // Nothing matches for long: go on shortly before the next local time that does.
    fromMs = Math.max(endMs, localMs - MAX_OFFSET_MS);
  }
  return undefined;
}

function zoneOf(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch (cause) {
    const words = "the time zone is unknown; use a name such as Europe/Berlin";
    throw new SeabirdError("invalid_argument", words, { cause });
  }
}

function noCron(cron: unknown, cause?: unknown): SeabirdError {
  const shown = JSON.stringify(String(cron).slice(0, SCHEDULE.maxCronCharacters));
  const why = cause instanceof Error ? `: ${cause.message}` : "";
  const words = `${shown} is not a cron expression, such as "0 9 * * mon-fri"${why}`;
  return new SeabirdError("invalid_argument", words, { cause });
}
