/** The limits of schedules: names, defaults, and what happens at each. */
import type { StorageLimit } from "../storage/storage-limits.ts";

const DAY_MS = 86_400_000;

export const SCHEDULE = {
  maxJobs: 10_000,
  maxDataBytes: 65_536,
  maxCronCharacters: 200,
  minEveryMs: 1_000,
  maxAheadMs: 36_525 * DAY_MS,
  maxRunningJobs: 8,
  jobTimeoutMs: 60_000,
  attempts: 5,
  retryMinMs: 1_000,
  retryMaxMs: 300_000,
  keepOutcomeMs: 300_000,
  leaseMs: 30_000,
  missedAfterMs: 60_000,
  pollServerMs: 15_000,
  pollFileMs: 60_000,
  longestSleepMs: 3_600_000,
  closeMs: 2_000,
} as const;

export const SCHEDULE_LIMITS: readonly StorageLimit[] = [
  row("maxJobs", "jobs", "of one plugin that wait", "resource_exhausted"),
  row("maxDataBytes", "bytes", "a job's data, as JSON", "invalid_argument"),
  row("maxCronCharacters", "characters", "a cron expression", "invalid_argument"),
  row("minEveryMs", "ms", "shortest time between two runs of `every`", "invalid_argument"),
  row("maxAheadMs", "ms", "how far ahead a job may be", "invalid_argument"),
  row("maxRunningJobs", "jobs", "of one plugin that run at once", "the next ones wait"),
  row("jobTimeoutMs", "ms", "for one run of a job", "its signal is aborted; it has failed"),
  row("attempts", "times", "that a job is tried", "it is given up until its next time, logged"),
  row("retryMinMs", "ms", "before a failed job is tried again", "doubles, half of it random"),
  row("retryMaxMs", "ms", "longest pause between two tries", "the pause grows no more"),
  row(
    "keepOutcomeMs",
    "ms",
    "that what became of a run is tried to be kept",
    "the job counts as crashed, logged",
  ),
  row("leaseMs", "ms", "until a dead instance's job is another's", "taken up, or dropped"),
  row(
    "missedAfterMs",
    "ms",
    "late, as which a job counts as missed",
    'dropped if `missed: "skip"`',
  ),
  row("pollServerMs", "ms", "between looks for what other instances left", "looks again"),
  row("pollFileMs", "ms", "the same if the storage is a file", "looks again"),
  row("longestSleepMs", "ms", "without a look at the clock on the wall", "looks again"),
  row("closeMs", "ms", "for jobs that run when the plugin closes", "their signals are aborted"),
];

function row(
  name: keyof typeof SCHEDULE,
  unit: string,
  what: string,
  policy: string,
): StorageLimit {
  return { name, value: SCHEDULE[name], unit, what, policy };
}
