/** `schedule()`: a plugin's jobs, stored in its storage. */
import type { Kysely } from "kysely";
import { duration } from "../command/duration.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { PluginHost } from "../plugin/context.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { isOfKind } from "../program/component-kind.ts";
import type { OwnTables } from "../storage/own-tables.ts";
import { Runs } from "../storage/runs.ts";
import { ownerOf, type PluginStorage } from "../storage/storage.ts";
import type { Sharing } from "../storage/store.ts";
import { type Job, type JobStore, NamedJob } from "./job.ts";
import {
  type DeclaredJob,
  type JobHandler,
  type JobOptions,
  resolveJobOptions,
} from "./job-options.ts";
import { JobRows } from "./job-rows.ts";
import { JobRunner } from "./job-runner.ts";
import { cronRule, everyRule, nextAfter, type Rule } from "./rule.ts";
import { SCHEDULE } from "./schedule-limits.ts";

export interface ScheduleOptions {
  /**
   * Milliseconds after which the jobs of an instance that no longer renews its lease are taken
   * over by another one, or by itself after a restart. Default: 30,000. At least 300.
   */
  readonly leaseMs?: number | undefined;
}

export interface CronJobOptions extends JobOptions {
  /** Such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string | undefined;
}

/** `Config` is the type of the plugin's settings: `run.config`. */
export interface Schedule<Config = unknown> {
  /** Declares a job, which handlers add: `remind.once({ in: "10m" }, data)`. */
  job<Data>(name: string, handler: JobHandler<Data, Config>, options?: JobOptions): Job<Data>;
  /**
   * Runs repeatedly, first after one interval. A restart does not start the interval anew; a
   * changed interval does.
   */
  every(
    name: string,
    interval: number | string,
    handler: JobHandler<null, Config>,
    options?: JobOptions,
  ): void;
  /** Runs by a cron expression; see `Job.cron`. */
  cron(
    name: string,
    expression: string,
    handler: JobHandler<null, Config>,
    options?: CronJobOptions,
  ): void;
}

/**
 * A plugin's jobs: once, at an interval, or by cron. They are rows in its storage, claimed before
 * they run and removed after, so they survive restarts, and each is run by one of several instances
 * on one PostgreSQL. A job whose process dies runs again (`onCrash`): **at least once**.
 *
 * ```ts
 * export const reminders = plugin("reminders");
 * const jobs = schedule(reminders, storage(reminders));
 * const remind = jobs.job<{ to: string; words: string }>("remind", (run) =>
 *   run.core.sendPrivateMessage(run.data.to, run.data.words));
 * reminders.command("remind", "reminds you in an hour", (ctx) =>
 *   remind.once({ in: "1h" }, { to: userKey(ctx.user), words: "tea" }));
 * ```
 *
 * All its functions throw a SeabirdError `bad_option` or `invalid_argument` for invalid input.
 */
export function schedule<Tables, Config = unknown>(
  plugin: Pick<Plugin<Config>, "name" | "onStart">,
  storage: PluginStorage<Tables>,
  options: ScheduleOptions = {},
): Schedule<Config> {
  if (!isOfKind(plugin, "plugin")) {
    throw new SeabirdError("bad_option", "schedule takes a plugin: schedule(plugin, storage)");
  }
  checkStorage(plugin.name, storage);
  checkOptionNames("schedule", options, ["leaseMs"]);
  const { leaseMs = SCHEDULE.leaseMs } = options;
  if (!(Number.isInteger(leaseMs) && leaseMs >= MIN_LEASE_MS && leaseMs <= MAX_LEASE_MS)) {
    const allowed = `whole numbers from ${MIN_LEASE_MS} to ${MAX_LEASE_MS}`;
    throw new SeabirdError("bad_option", `leaseMs is ${leaseMs}; allowed: ${allowed}`);
  }
  const declared = new DeclaredJobs<Config>(plugin.name);
  plugin.onStart(async (host) => {
    const store = storage.of(host);
    const rows = new JobRows(() => store.db as unknown as Kysely<OwnTables>);
    const pollMs = POLL_MS[store.sharing];
    return declared.start(host, { rows, leaseMs, pollMs });
  });
  return declared;
}

function checkStorage(plugin: string, storage: unknown): void {
  const owner = ownerOf(storage);
  if (owner === plugin) return;
  const what = owner === undefined ? "no storage" : `the storage of "${owner}"`;
  const right = "schedule(plugin, storage(plugin))";
  throw new SeabirdError("bad_option", `schedule of "${plugin}" is given ${what}; write ${right}`);
}

const MIN_LEASE_MS = 300;
const MAX_LEASE_MS = 86_400_000;

const POLL_MS: Record<Sharing, number | undefined> = {
  nobody: undefined,
  file: SCHEDULE.pollFileMs,
  server: SCHEDULE.pollServerMs,
};

/** The key of the one job of a repeating declaration. Handlers cannot use it. */
const DECLARED = "";

interface Running {
  readonly rows: JobRows;
  readonly leaseMs: number;
  readonly pollMs: number | undefined;
}

class DeclaredJobs<Config> implements Schedule<Config> {
  readonly #jobs = new Map<string, DeclaredJob>();
  /** By the job's name; made when the plugin starts and the time is known. */
  readonly #rules = new Map<string, (nowMs: number) => Rule>();
  readonly #runs: Runs<JobStore>;

  constructor(plugin: string) {
    this.#runs = new Runs(`the schedule of "${plugin}"`);
  }

  job<Data>(name: string, handler: JobHandler<Data, Config>, options: JobOptions = {}): Job<Data> {
    this.#declare(name, handler, options);
    return new NamedJob<Data>(name, this.#runs);
  }

  every(
    name: string,
    interval: number | string,
    handler: JobHandler<null, Config>,
    options: JobOptions = {},
  ): void {
    const rule = everyRule(typeof interval === "string" ? duration(interval) : interval);
    this.#declare(name, handler, options);
    this.#rules.set(name, () => rule);
  }

  cron(
    name: string,
    expression: string,
    handler: JobHandler<null, Config>,
    options: CronJobOptions = {},
  ): void {
    const { timeZone = "UTC" } = options;
    const ruleAt = (nowMs: number) => cronRule(expression, timeZone, nowMs);
    // Invalid expressions fail where they are declared.
    ruleAt(SOME_TIME_MS);
    this.#declare(name, handler, options, ["timeZone"]);
    this.#rules.set(name, ruleAt);
  }

  /** Resolves with the function that closes it. */
  async start(host: PluginHost, { rows, ...settings }: Running): Promise<() => Promise<void>> {
    const nowMs = host.clock.wallMs();
    for (const name of this.#jobs.keys()) {
      const ruleAt = this.#rules.get(name);
      if (ruleAt === undefined) {
        // It may have been a repeating job in an earlier version of the plugin.
        await rows.cancel(name, DECLARED);
        continue;
      }
      const rule = ruleAt(nowMs);
      const dueMs = nextAfter(rule, nowMs, nowMs) ?? nowMs;
      await rows.ensure({ name, key: DECLARED, data: "null", rule, dueMs });
    }
    const unknown = (await rows.names()).filter((name) => !this.#jobs.has(name));
    if (unknown.length > 0)
      host.log.warn({ jobs: unknown }, "there are jobs that the plugin does not declare");
    if (this.#jobs.size === 0) return async () => undefined;
    const runner = new JobRunner({ host, rows, jobs: this.#jobs, ...settings });
    const remove = this.#runs.add(host, { rows, clock: host.clock, wake: () => runner.wake() });
    host.signal.addEventListener("abort", () => runner.stop(), { once: true });
    runner.wake();
    return async () => {
      await runner.close();
      remove();
    };
  }

  #declare(
    name: string,
    handler: JobHandler<never, never>,
    options: JobOptions,
    others: readonly string[] = [],
  ): void {
    const resolved = resolveJobOptions(name, options, others);
    if (typeof handler !== "function") {
      throw new SeabirdError("bad_option", `job "${name}": its handler must be a function`);
    }
    if (this.#jobs.has(name)) {
      throw new SeabirdError("bad_option", `there are two jobs called "${name}"`);
    }
    this.#jobs.set(name, { name, options: resolved, handler });
  }
}

/** 2026-01-01, to validate an expression. */
const SOME_TIME_MS = 1_767_225_600_000;
