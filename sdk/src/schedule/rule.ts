/** When a job is due again. Pure. */
import { Cron } from "croner";
import { SeabirdError } from "../link/errors.ts";
import { SCHEDULE } from "./schedule-limits.ts";

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

function cronAfter(
  { cron, timeZone }: Extract<Rule, { cron: string }>,
  ms: number,
): number | undefined {
  // For the arithmetic only: without a function croner sets no timer.
  const pattern = new Cron(cron, { timezone: timeZone, paused: true, mode: "5-or-6-parts" });
  const next = pattern.nextRun(new Date(ms));
  return next === null || next.getTime() - ms > SCHEDULE.maxAheadMs ? undefined : next.getTime();
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
  const words = `${shown} is not a cron expression, such as "0 9 * * mon-fri"`;
  return new SeabirdError("invalid_argument", words, { cause });
}
