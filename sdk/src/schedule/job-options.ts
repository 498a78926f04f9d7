/** What an author says of a job, and what its handler is given. */
import { SeabirdError } from "../link/errors.ts";
import type { PluginHost } from "../plugin/context.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface JobOptions {
  /**
   * What becomes of a time that nobody was there for, or that came more than a minute ago.
   * `once`: it is made up for, once, however many were missed. `skip`: it is left out.
   * Default: `once`.
   */
  readonly missed?: "once" | "skip" | undefined;
  /**
   * What becomes of a run whose process died before the run had ended. `retry`: it runs again,
   * so that a job runs **at least once**, and what it did before may happen twice. `drop`: it does
   * not, so that a job runs at most once. Default: `retry`.
   */
  readonly onCrash?: "retry" | "drop" | undefined;
  /** Milliseconds for one run; then its signal is aborted and it has failed. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often a run is tried that fails or whose process dies, with pauses from 1 s to 5 min in
   * between. Then it is given up: logged, and the next time of a job that has one comes as ever.
   * Default: 5.
   */
  readonly attempts?: number | undefined;
}

export type ResolvedJobOptions = Readonly<
  Record<"timeoutMs" | "attempts", number> & {
    missed: "once" | "skip";
    onCrash: "retry" | "drop";
  }
>;

/** What a job's handler is given: what `onStart` is given, and the run. */
export interface JobRun<Data = unknown> extends PluginHost {
  /** The job's name. */
  readonly job: string;
  /** Which of the jobs by this name. */
  readonly key: string;
  readonly data: Data;
  /** When it was to run. */
  readonly dueAt: Date;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when its time is up, the plugin closes, or another instance has taken the job. */
  readonly signal: AbortSignal;
}

/** Runs a job; what it returns is waited for. If it fails, it is tried again. */
export type JobHandler<Data> = (run: JobRun<Data>) => unknown;

export interface DeclaredJob {
  readonly name: string;
  readonly options: ResolvedJobOptions;
  readonly handler: JobHandler<never>;
}

const MAX_TIMEOUT_MS = 86_400_000;
const MAX_ATTEMPTS = 1_000;

/** Throws `bad_option` for what cannot work. */
export function resolveJobOptions(name: string, options: JobOptions): ResolvedJobOptions {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(name)) {
    const allowed = "up to 64 of a-z, 0-9, - and _";
    throw new SeabirdError("bad_option", `a job is called "${name}"; allowed: ${allowed}`);
  }
  const { missed = "once", onCrash = "retry" } = options;
  const { timeoutMs = SCHEDULE.jobTimeoutMs, attempts = SCHEDULE.attempts } = options;
  check(name, "missed", missed, missed === "once" || missed === "skip", "once, skip");
  check(name, "onCrash", onCrash, onCrash === "retry" || onCrash === "drop", "retry, drop");
  check(name, "timeoutMs", timeoutMs, isWhole(timeoutMs, MAX_TIMEOUT_MS), "1 to 86,400,000");
  check(name, "attempts", attempts, isWhole(attempts, MAX_ATTEMPTS), "1 to 1,000");
  return { missed, onCrash, timeoutMs, attempts };
}

function isWhole(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}

function check(job: string, option: string, value: unknown, isRight: boolean, allowed: string) {
  if (isRight) return;
  const words = `job "${job}": ${option} is ${String(value)}; allowed: ${allowed}`;
  throw new SeabirdError("bad_option", words);
}
