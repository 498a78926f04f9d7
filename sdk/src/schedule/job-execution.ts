/** One run of one job: its time limit, its lease, and storing its outcome. */
import { abortable } from "../link/abortable.ts";
import { backoffMs } from "../link/backoff.ts";
import { pause } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { isUnavailable } from "../link/unavailable.ts";
import type { PluginHost } from "../plugin/context.ts";
import type { DeclaredJob, JobRun } from "./job-options.ts";
import { countedAttempts, type JobRow, type JobRows } from "./job-rows.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface JobExecutionDeps {
  readonly host: PluginHost;
  readonly rows: JobRows;
  readonly row: JobRow;
  readonly job: DeclaredJob;
  readonly instance: string;
  readonly leaseMs: number;
}

/** `unavailable`: failed because something is away; `over`: failed and given up. */
type Outcome = "done" | "failed" | "unavailable" | "over" | "cut short";

/** The lease is renewed this often before it runs out. */
const RENEWALS = 3;

export class JobExecution {
  /** Resolves when the outcome is stored; never rejects. */
  readonly ended: Promise<void>;
  readonly #deps: JobExecutionDeps;
  readonly #stop = new AbortController();
  readonly #closing = new AbortController();
  readonly #end = Promise.withResolvers<void>();
  readonly #undos = new Set<() => void>();
  /** Whether the plugin closed: then the attempt does not count. */
  #isCutShort = false;
  #isAbandoned = false;

  constructor(parts: JobExecutionDeps) {
    this.#deps = parts;
    this.ended = this.#end.promise;
  }

  abort(reason: SeabirdError): void {
    this.#isCutShort = true;
    this.#closing.abort();
    this.#stop.abort(reason);
  }

  /** For a run that does not end: stores nothing more and lets its lease run out. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#closing.abort();
    this.#cancelTimers();
  }

  /** Never rejects. */
  async run(): Promise<void> {
    let outcome: Outcome = "done";
    try {
      await this.#handle();
    } catch (error) {
      outcome = this.#outcomeOf(error);
      this.#logFailure(outcome, error);
    }
    this.#cancelTimers();
    await this.#store(outcome);
    this.#end.resolve();
  }

  #outcomeOf(error: unknown): Outcome {
    const { host, row, job } = this.#deps;
    const { attempts, retryUnavailableMs } = job.options;
    if (this.#isCutShort || this.#isAbandoned) return "cut short";
    // A handler that exceeds its own time may hang for any reason.
    const isTooLong = error === this.#stop.signal.reason;
    if (retryUnavailableMs > 0 && !isTooLong && isUnavailable(error)) {
      return host.clock.wallMs() < this.#retryUntilMs() ? "unavailable" : "over";
    }
    return countedAttempts(row) >= attempts ? "over" : "failed";
  }

  /** Unix milliseconds until which this run is retried while something is away. */
  #retryUntilMs(): number {
    const { host, row, job } = this.#deps;
    const sinceMs = row.outage_since?.getTime() ?? host.clock.wallMs();
    return sinceMs + job.options.retryUnavailableMs;
  }

  /** One outage is one warning. */
  #logFailure(outcome: Outcome, error: unknown): void {
    const { host, row } = this.#deps;
    const fields = { ...this.#fields(), error };
    if (outcome === "failed") host.log.error(fields, "a job failed; it is retried");
    if (outcome === "over") host.log.error(fields, "a job failed for the last time");
    if (outcome !== "unavailable") return;
    const level = row.outage_attempts === 0 ? "warn" : "debug";
    host.log[level](fields, "a job needs something that is away; it is retried until that is back");
  }

  /** Retries while the storage is unavailable, so that a finished run is not repeated. */
  async #store(outcome: Outcome): Promise<void> {
    const { host } = this.#deps;
    const { retryMinMs: minMs, retryMaxMs: maxMs, keepOutcomeMs } = SCHEDULE;
    const untilMs = host.clock.now() + keepOutcomeMs;
    for (let failures = 1; ; failures++) {
      const isLast = host.clock.now() >= untilMs || this.#closing.signal.aborted;
      try {
        return await this.#settle(outcome);
      } catch (error) {
        if (this.#isAbandoned) return;
        const words = "the outcome of a job could not be stored";
        host.log.warn({ ...this.#fields(), error }, isLast ? words : `${words}; retrying`);
        if (isLast) return;
      }
      const waitMs = backoffMs(failures, { minMs, maxMs, random: host.random() });
      await pause(host.clock, waitMs, this.#closing.signal);
    }
  }

  #fields() {
    const { name, key, attempts } = this.#deps.row;
    return { job: name, key, attempt: attempts };
  }

  async #handle(): Promise<void> {
    const { host, row, job } = this.#deps;
    const { signal } = this.#stop;
    const run: JobRun = {
      ...host,
      job: row.name,
      key: row.key,
      data: JSON.parse(row.data),
      dueAt: row.due_at,
      attempt: row.attempts,
      signal,
    };
    this.#after(job.options.timeoutMs, () => this.#stop.abort(tooLong(job)));
    this.#renewLater();
    await abortable(Promise.try(job.handler, run as never), signal);
  }

  async #settle(outcome: Outcome): Promise<void> {
    const { host, rows, row } = this.#deps;
    if (this.#isAbandoned) return;
    const nowMs = host.clock.wallMs();
    const { retryMinMs: minMs, retryMaxMs, unavailablePauseMaxMs } = SCHEDULE;
    switch (outcome) {
      case "done":
      case "over":
        await rows.finish(row, nowMs);
        return;
      case "cut short":
        await rows.retryAt(row, nowMs, { attempts: row.attempts - 1 });
        return;
      case "failed": {
        const limits = { minMs, maxMs: retryMaxMs, random: host.random() };
        await rows.retryAt(row, nowMs + backoffMs(countedAttempts(row), limits));
        return;
      }
      case "unavailable": {
        const outage_attempts = row.outage_attempts + 1;
        const limits = { minMs, maxMs: unavailablePauseMaxMs, random: host.random() };
        const tryMs = Math.min(nowMs + backoffMs(outage_attempts, limits), this.#retryUntilMs());
        const outage_since = row.outage_since ?? new Date(nowMs);
        await rows.retryAt(row, tryMs, { outage_attempts, outage_since });
      }
    }
  }

  #renewLater(): void {
    this.#after(this.#deps.leaseMs / RENEWALS, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { host, rows, row, leaseMs, instance } = this.#deps;
    try {
      const owner = await rows.renew(row, host.clock.wallMs() + leaseMs);
      // Null if the handler itself replaced or cancelled the job; that does not stop the handler.
      if (owner !== "ours" && owner !== instance) {
        if (owner !== null) this.#stop.abort(taken());
        return;
      }
    } catch (error) {
      host.log.warn({ error, job: row.name }, "a job's claim could not be renewed; retrying");
    }
    if (this.#undos.size > 0) this.#renewLater();
  }

  #after(ms: number, then: () => void): void {
    const undo = this.#deps.host.clock.after(ms, () => {
      this.#undos.delete(undo);
      then();
    });
    this.#undos.add(undo);
  }

  #cancelTimers(): void {
    for (const undo of this.#undos) undo();
    this.#undos.clear();
  }
}

function tooLong({ name, options }: DeclaredJob): SeabirdError {
  const words = `job "${name}" took more than ${options.timeoutMs} ms`;
  return new SeabirdError("deadline_exceeded", words);
}

function taken(): SeabirdError {
  return new SeabirdError(
    "aborted",
    "another instance took the job over because the lease had run out",
  );
}
