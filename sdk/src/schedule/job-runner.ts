/** One instance of a plugin at its jobs: looks what is due, claims it, runs it. */
import { randomUUID } from "node:crypto";
import { backoffMs } from "../link/backoff.ts";
import { nextTurn, pause } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { PluginHost } from "../plugin/context.ts";
import { JobExecution } from "./job-execution.ts";
import type { DeclaredJob } from "./job-options.ts";
import type { JobRow, JobRows } from "./job-rows.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface JobRunnerDeps {
  readonly host: PluginHost;
  readonly rows: JobRows;
  readonly jobs: ReadonlyMap<string, DeclaredJob>;
  readonly leaseMs: number;
  /** Milliseconds between looks for what others have left; undefined if nobody else is there. */
  readonly pollMs: number | undefined;
}

const LOOKS_PER_TURN = 32;

export class JobRunner {
  readonly #deps: JobRunnerDeps;
  readonly #instance = randomUUID();
  readonly #running = new Map<number, JobExecution>();
  #cancelTimer: () => void = () => undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #failures = 0;
  #looked = 0;
  #closed = false;

  constructor(parts: JobRunnerDeps) {
    this.#deps = parts;
  }

  /** Looks at once; also when a job was added. Never throws. */
  wake(): void {
    if (this.#closed) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#cancelTimer();
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined;
      if (!this.#lookAgain) return;
      this.#lookAgain = false;
      this.wake();
    });
  }

  /** Begins nothing; what runs may end, then is aborted. What was aborted runs after the restart. */
  async close(): Promise<void> {
    this.stop();
    await this.#looking;
    await this.#within(this.#idle());
    for (const turn of this.#running.values()) {
      turn.abort(new SeabirdError("closed", "the plugin closes"));
    }
    await this.#within(this.#idle());
    for (const turn of this.#running.values()) turn.forget();
  }

  /** Begins nothing any more. */
  stop(): void {
    this.#closed = true;
    this.#cancelTimer();
  }

  async #look(): Promise<void> {
    const { host, rows, pollMs = SCHEDULE.longestSleepMs } = this.#deps;
    try {
      while (!this.#closed && this.#running.size < SCHEDULE.maxRunningJobs) {
        if (!(await this.#takeOne())) break;
        // SQLite answers at once: thousands of jobs would let nothing else run meanwhile.
        if (++this.#looked % LOOKS_PER_TURN === 0) await nextTurn();
      }
      if (this.#closed) return;
      const nextMs = await rows.nextMs(this.#names(), [...this.#running.keys()]);
      this.#failures = 0;
      const untilNextMs = (nextMs ?? Number.POSITIVE_INFINITY) - host.clock.wallMs();
      // With all hands full the end of a run wakes us.
      const isFull = this.#running.size >= SCHEDULE.maxRunningJobs;
      this.#sleep(Math.min(isFull ? pollMs : Math.max(1, untilNextMs), pollMs));
    } catch (error) {
      this.#failures++;
      if (this.#closed) return;
      host.log.warn({ error }, "the jobs cannot be looked at; trying again");
      this.#sleep(this.#backoff(this.#failures));
    }
  }

  /** False when there is nothing to do. */
  async #takeOne(): Promise<boolean> {
    const { host, rows, jobs, leaseMs } = this.#deps;
    const nowMs = host.clock.wallMs();
    const row = await rows.due(this.#names(), [...this.#running.keys()], nowMs);
    const job = row && jobs.get(row.name);
    if (row === undefined || job === undefined) return false;
    const why = reasonToLeaveOut(row, job, nowMs);
    if (why !== undefined) {
      if (await rows.finish(row, nowMs)) host.log.warn({ job: row.name, key: row.key }, why);
      return true;
    }
    const claimed = await rows.claim(row, this.#instance, nowMs + leaseMs);
    if (claimed !== undefined) this.#begin(claimed, job);
    return true;
  }

  #begin(row: JobRow, job: DeclaredJob): void {
    const turn = new JobExecution({ ...this.#deps, row, job, instance: this.#instance });
    this.#running.set(row.id, turn);
    void turn.run().finally(() => {
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
    await Promise.all([...this.#running.values()].map((turn) => turn.ended));
  }

  async #within(work: Promise<void>): Promise<void> {
    if (this.#running.size === 0) return;
    const stop = new AbortController();
    const { clock } = this.#deps.host;
    await Promise.race([work, pause(clock, SCHEDULE.closeMs, stop.signal)]);
    stop.abort();
  }
}

function reasonToLeaveOut(row: JobRow, job: DeclaredJob, nowMs: number): string | undefined {
  const { onCrash, missed, attempts } = job.options;
  const hasCrashed = row.claimed_by !== null;
  if (hasCrashed && onCrash === "drop") return "a job whose process died is dropped";
  if (hasCrashed && row.attempts >= attempts) return "a job that its process died of is given up";
  const isLate = nowMs - row.due_at.getTime() > SCHEDULE.missedAfterMs;
  if (missed === "skip" && isLate && row.attempts === 0) return "a missed job is skipped";
  return undefined;
}
