/** A job's declaration: its options and its handler. */
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { PluginHost } from "../plugin/context.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface JobOptions {
  /**
   * What happens to runs that were missed: no instance was there, or it is more than a minute
   * late. `once`: one run makes up for all of them. `skip`: they are skipped. Default: `once`.
   */
  readonly missed?: "once" | "skip" | undefined;
  /**
   * What happens to a run whose process died. `retry`: it runs again, so a job runs **at least
   * once** and its effects may happen twice. `drop`: it does not, so a job runs at most once.
   * Default: `retry`.
   */
  readonly onCrash?: "retry" | "drop" | undefined;
  /** Milliseconds for one run; then its signal is aborted and it counts as failed. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * Attempts of a run that fails or whose process dies, with pauses from 1 s to 5 min. After the
   * last one the error is logged, and a repeating job runs again at its next time. Default: 5.
   */
  readonly attempts?: number | undefined;
  /**
   * Milliseconds for which a run is retried while core, a backend, its network or another server
   * is away (`isUnavailable(error)`), with pauses from 1 s to 1 min. These attempts do not count
   * among `attempts`. 0: they count like any other. Default: 3,600,000, an hour.
   */
  readonly retryUnavailableMs?: number | undefined;
}

export type ResolvedJobOptions = Readonly<
  Record<"timeoutMs" | "attempts" | "retryUnavailableMs", number> & {
    missed: "once" | "skip";
    onCrash: "retry" | "drop";
  }
>;

/** What a job's handler receives: the plugin's host, and the run. */
export interface JobRun<Data = unknown, Config = unknown> extends PluginHost<Config> {
  /** The job's name. */
  readonly job: string;
  /** The key among the jobs of this name. */
  readonly key: string;
  readonly data: Data;
  /** When it was due. */
  readonly dueAt: Date;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when its time is up, the plugin closes, or another instance has taken the job. */
  readonly signal: AbortSignal;
}

/** Runs a job; its promise is awaited. A run that fails is retried. */
export type JobHandler<Data, Config = unknown> = (run: JobRun<Data, Config>) => unknown;

export interface DeclaredJob {
  readonly name: string;
  readonly options: ResolvedJobOptions;
  readonly handler: JobHandler<never, never>;
}

const OPTIONS = Object.keys({
  missed: true,
  onCrash: true,
  timeoutMs: true,
  attempts: true,
  retryUnavailableMs: true,
} satisfies Record<keyof JobOptions, true>);

const MAX_TIMEOUT_MS = 86_400_000;
const MAX_ATTEMPTS = 1_000;
/** 31 days. */
const MAX_RETRY_UNAVAILABLE_MS = 2_678_400_000;

/** Throws `bad_option` for invalid options. */
export function resolveJobOptions(
  name: string,
  options: JobOptions,
  others: readonly string[] = [],
): ResolvedJobOptions {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
    const allowed = "up to 64 of a-z, 0-9, - and _";
    throw new SeabirdError("bad_option", `a job is called "${name}"; allowed: ${allowed}`);
  }
  checkOptionNames(`job "${name}"`, options, [...OPTIONS, ...others]);
  const { missed = "once", onCrash = "retry" } = options;
  const { timeoutMs = SCHEDULE.jobTimeoutMs, attempts = SCHEDULE.attempts } = options;
  const { retryUnavailableMs = SCHEDULE.retryUnavailableMs } = options;
  const isRetryTime =
    retryUnavailableMs === 0 || isWhole(retryUnavailableMs, MAX_RETRY_UNAVAILABLE_MS);
  check(name, "missed", missed, missed === "once" || missed === "skip", "once, skip");
  check(name, "onCrash", onCrash, onCrash === "retry" || onCrash === "drop", "retry, drop");
  check(name, "timeoutMs", timeoutMs, isWhole(timeoutMs, MAX_TIMEOUT_MS), "1 to 86,400,000");
  check(name, "attempts", attempts, isWhole(attempts, MAX_ATTEMPTS), "1 to 1,000");
  check(name, "retryUnavailableMs", retryUnavailableMs, isRetryTime, "0 to 2,678,400,000");
  return { missed, onCrash, timeoutMs, attempts, retryUnavailableMs };
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function check(job: string, option: string, value: unknown, isRight: boolean, allowed: string) {
  if (isRight) return;
  const words = `job "${job}": ${option} is ${String(value)}; allowed: ${allowed}`;
  throw new SeabirdError("bad_option", words);
}
