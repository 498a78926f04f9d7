/** Constants that bound schedules, and the defaults of their options. */

const DAY_MS = 86_400_000;

export const SCHEDULE = Object.freeze({
  /** Default of a job's `timeoutMs`: milliseconds for one run; then its signal is aborted. */
  jobTimeoutMs: 60_000,
  /** Default of a job's `attempts`; then it is given up until its next time, and logged. */
  attempts: 5,
  /** Default of a job's `retryUnavailableMs`: milliseconds for which it waits for what is away. */
  retryUnavailableMs: 3_600_000,
  /** Default of `leaseMs`: milliseconds until another instance takes over a dead one's job. */
  leaseMs: 30_000,
  /** Jobs of one plugin that wait; the next one is `resource_exhausted`. */
  maxJobs: 10_000,
  /** Bytes of a job's data, as JSON; more are `invalid_argument`. */
  maxDataBytes: 65_536,
  /** Characters of a cron expression; more are `invalid_argument`. */
  maxCronCharacters: 200,
  /** The shortest interval of `every`, in milliseconds; shorter ones are `invalid_argument`. */
  minEveryMs: 1_000,
  /** Milliseconds that a job may lie ahead, a hundred years; more are `invalid_argument`. */
  maxAheadMs: 36_525 * DAY_MS,
  /** Jobs of one plugin that run at once; the next ones wait. */
  maxRunningJobs: 8,
  /** Milliseconds before a failed job is retried, half of it random; doubles each time. */
  retryMinMs: 1_000,
  /** The longest pause between two attempts, in milliseconds. */
  retryMaxMs: 300_000,
  /** The longest pause between two attempts while something is away, in milliseconds. */
  unavailablePauseMaxMs: 60_000,
  /** Milliseconds for which storing a run's outcome is retried; then the job counts as crashed. */
  keepOutcomeMs: 300_000,
  /** Milliseconds by which a job may be late before it counts as missed. */
  missedAfterMs: 60_000,
  /** Milliseconds between polls for jobs of other instances on a server. */
  pollServerMs: 15_000,
  /** Milliseconds between polls for jobs of other instances on a file. */
  pollFileMs: 60_000,
  /** The longest sleep of the runner, in milliseconds: the wall clock may be set meanwhile. */
  longestSleepMs: 3_600_000,
  /** Milliseconds that running jobs get when the plugin closes; then their signals are aborted. */
  closeMs: 2_000,
});
