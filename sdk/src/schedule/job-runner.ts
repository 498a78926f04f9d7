/** Runs the due jobs of one instance of a plugin: polls, claims, runs. */
import { randomUUID } from "node:crypto";
import { backoffMs } from "../link/backoff.ts";
import { nextTurn, pause } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { PluginHost } from "../plugin/context.ts";
import { JobExecution } from "./job-execution.ts";
import type { DeclaredJob } from "./job-options.ts";
import { countedAttempts, type JobRow, type JobRows } from "./job-rows.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface JobRunnerDeps {
  readonly host: PluginHost;
  readonly rows: JobRows;
  readonly jobs: ReadonlyMap<string, DeclaredJob>;
  readonly leaseMs: number;
  /** Milliseconds between polls for jobs of other instances; undefined if there are none. */
  readonly pollMs: number | undefined;
}

const JOBS_PER_TURN = 32;
/** A date that goes back by more, apart from the time that passes, was set. */
const SET_BACK_MS = 60_000;

export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #instance = randomUUID();
  readonly #running = new Map<number, JobExecution>();
  #cancelTimer: () => void = () => undefined;
  #polling: Promise<void> | undefined;
  #pollAgain = false;
  #failures = 0;
  #started = 0;
  /** The date at which the monotonic clock was 0, at the last poll. */
  #zeroMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(parts: JobRunnerDeps) {
    this.#deps = parts;
  }

  /** Polls now; also called when a job was added. Never throws. */
  wake(): void {
    if (this.#closed) return;
    if (this.#polling !== undefined) {
      this.#pollAgain = true;
      return;
    }
    this.#cancelTimer();
    this.#polling = this.#poll().finally(() => {
      this.#polling = undefined;
      if (!this.#pollAgain) return;
      this.#pollAgain = false;
      this.wake();
    });
  }

  /** Starts nothing more, waits for running jobs, then aborts them; they run again after a restart. */
  async close(): Promise<void> {
    this.stop();
    await this.#polling;
    await this.#within(this.#idle());
    for (const run of this.#running.values()) {
      run.abort(new SeabirdError("closed", "the plugin closes"));
    }
    await this.#within(this.#idle());
    for (const run of this.#running.values()) run.abandon();
  }

  /** Starts nothing more. */
  stop(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #poll(): Promise<void> {
    const { host, rows, pollMs = SCHEDULE.longestSleepMs } = this.#deps;
    try {
      await this.#noticeSetBack();
      while (!this.#closed && this.#running.size < SCHEDULE.maxRunningJobs) {
        if (!(await this.#takeOne())) break;
        // SQLite answers synchronously: thousands of due jobs would starve everything else.
        if (++this.#started % JOBS_PER_TURN === 0) await nextTurn();
      }
      if (this.#closed) return;
      const nextMs = await rows.nextMs(this.#names(), [...this.#running.keys()]);
      this.#failures = 0;
      const untilNextMs = (nextMs ?? Number.POSITIVE_INFINITY) - host.clock.wallMs();
      // At full concurrency the end of a run wakes the runner.
      const isFull = this.#running.size >= SCHEDULE.maxRunningJobs;
      this.#sleep(Math.min(isFull ? pollMs : Math.max(1, untilNextMs), pollMs));
    } catch (error) {
      this.#failures++;
      if (this.#closed) return;
      host.log.warn({ error }, "polling for jobs failed; retrying");
      this.#sleep(this.#backoff(this.#failures));
    }
  }

  /** What was planned while the machine's date was ahead, in this run or before it, is planned anew. */
  async #noticeSetBack(): Promise<void> {
    const { host, rows } = this.#deps;
    const nowMs = host.clock.wallMs();
    const zeroMs = nowMs - host.clock.now();
    const isSetBack = zeroMs < this.#zeroMs - SET_BACK_MS;
    if (isSetBack) await rows.bringForward(this.#names(), nowMs);
    this.#zeroMs = zeroMs;
  }

  /** False if no job is due. */
  async #takeOne(): Promise<boolean> {
    const { host, rows, jobs, leaseMs } = this.#deps;
    const nowMs = host.clock.wallMs();
    const row = await rows.due(this.#names(), [...this.#running.keys()], nowMs);
    const job = row && jobs.get(row.name);
    if (row === undefined || job === undefined) return false;
    const why = skipReason(row, job, nowMs);
    if (why !== undefined) {
      if (await rows.finish(row, nowMs)) host.log.warn({ job: row.name, key: row.key }, why);
      return true;
    }
    const claimed = await rows.claim(row, this.#instance, nowMs + leaseMs);
    if (claimed !== undefined) this.#begin(claimed, job);
    return true;
  }

  #begin(row: JobRow, job: DeclaredJob): void {
    const run = new JobExecution({ ...this.#deps, row, job, instance: this.#instance });
    this.#running.set(row.id, run);
    void run.run().finally(() => {
      this.#running.delete(row.id);
      this.wake();
    });
  }

  #names(): readonly string[] {
    return [...this.#deps.jobs.keys()];
  }

  #sleep(ms: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#deps.host.clock.after(ms, () => this.wake());
  }

  #backoff(failures: number): number {
    const { random } = this.#deps.host;
    const { retryMinMs: minMs, leaseMs: maxMs } = SCHEDULE;
    return backoffMs(failures, { minMs, maxMs, random: random() });
  }

  async #idle(): Promise<void> {
    await Promise.all([...this.#running.values()].map((run) => run.ended));
  }

  async #within(work: Promise<void>): Promise<void> {
    if (this.#running.size === 0) return;
    const stop = new AbortController();
    const { clock } = this.#deps.host;
    await Promise.race([work, pause(clock, SCHEDULE.closeMs, stop.signal)]);
    stop.abort();
  }
}

function skipReason(row: JobRow, job: DeclaredJob, nowMs: number): string | undefined {
  const { onCrash, missed, attempts } = job.options;
  const hasCrashed = row.claimed_by !== null;
  if (hasCrashed && onCrash === "drop") return "a job is dropped because its process died";
  if (hasCrashed && countedAttempts(row) >= attempts)
    return "a job is given up because its process died during the last attempt";
  const isLate = nowMs - row.due_at.getTime() > SCHEDULE.missedAfterMs;
  if (missed === "skip" && isLate && row.attempts === 0) return "a missed job is skipped";
  return undefined;
}
