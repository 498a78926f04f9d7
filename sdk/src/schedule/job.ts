/** The jobs of one name, as handlers add, cancel and list them. */
import { randomUUID } from "node:crypto";
import { duration } from "../command/duration.ts";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { DeepReadonly } from "../storage/columns.ts";
import { boundedJson, checkedText, checkKeyLength } from "../storage/parameters.ts";
import type { RunOfPlugin, Runs } from "../storage/runs.ts";
import { STORAGE } from "../storage/storage-limits.ts";
import type { JobRows } from "./job-rows.ts";
import { cronRule, everyRule, nextAfter, type Rule } from "./rule.ts";
import { SCHEDULE } from "./schedule-limits.ts";

/** A time, or a delay from now: milliseconds or such as `"10m"`. */
export type When = { readonly at: Date } | { readonly in: number | string };

export interface KeyOptions {
  /**
   * Identifies the job among those of its name, such as `userKey(ctx.user)`; a job with the same
   * key is replaced. Default: a new key each time.
   */
  readonly key?: string | undefined;
}

export interface CronOptions extends KeyOptions {
  /** Such as `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string | undefined;
}

export interface WaitingJob<Data> {
  readonly key: string;
  readonly data: Data;
  /** When it is due; of a running job, when it was due. */
  readonly dueAt: Date;
}

export interface ListJobsOptions {
  /** Only keys after this one: the last key of the previous page. */
  readonly after?: string | undefined;
  /** Maximum number of jobs, up to 1,000. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * Jobs that run one handler. They are rows in the plugin's storage, so they survive a restart, and
 * each is run by one of several instances. `data` is JSON of up to 64 KiB.
 *
 * Each function rejects with a SeabirdError: `invalid_argument` for an invalid time, key or data,
 * `resource_exhausted` when 10,000 jobs wait, `closed` while the plugin does not run.
 */
export interface Job<Data> {
  /** Runs once, at a time or after a delay; a past time means now. Resolves with the key. */
  once(when: When, data: DeepReadonly<Data>, settings?: KeyOptions): Promise<string>;
  /** Runs repeatedly, first after one interval of at least a second. */
  every(
    interval: number | string,
    data: DeepReadonly<Data>,
    settings?: KeyOptions,
  ): Promise<string>;
  /**
   * Runs by a cron expression: minute, hour, day of the month, month, day of the week, and before
   * them seconds if there are six. With the hour `*` it follows real time when the clocks change.
   * With any other, each local time runs once a day: the first of a repeated one, and skipped ones
   * together at the end of the gap.
   */
  cron(expression: string, data: DeepReadonly<Data>, settings?: CronOptions): Promise<string>;
  /** Resolves with whether the job existed. A running job is not interrupted. */
  cancel(key: string): Promise<boolean>;
  /** The jobs that wait or run, sorted by key. */
  list(settings?: ListJobsOptions): Promise<readonly WaitingJob<Data>[]>;
  /** The jobs of one run of the plugin, if it runs several times in this process. */
  of(run: RunOfPlugin): Job<Data>;
}

/** What jobs need of one run of the plugin. */
export interface JobStore {
  readonly rows: JobRows;
  readonly clock: Clock;
  /** Tells the runner that a job was added. */
  wake(): void;
}

const DEFAULT_LISTED = 100;

export class NamedJob<Data> implements Job<Data> {
  readonly #name: string;
  readonly #runs: Runs<JobStore>;
  readonly #store: () => JobStore;

  constructor(name: string, runs: Runs<JobStore>, store: () => JobStore = () => runs.only()) {
    this.#name = name;
    this.#runs = runs;
    this.#store = store;
  }

  of(run: RunOfPlugin): Job<Data> {
    const store = this.#runs.of(run);
    return new NamedJob<Data>(this.#name, this.#runs, () => store);
  }

  async once(when: When, data: DeepReadonly<Data>, settings: KeyOptions = {}): Promise<string> {
    checkOptionNames("once", settings, ["key"]);
    const store = this.#store();
    return this.#put(store, momentOf(when, store.clock.wallMs()), undefined, data, settings);
  }

  async every(
    interval: number | string,
    data: DeepReadonly<Data>,
    settings: KeyOptions = {},
  ): Promise<string> {
    checkOptionNames("every", settings, ["key"]);
    const rule = everyRule(typeof interval === "string" ? duration(interval) : interval);
    return this.#repeat(rule, data, settings);
  }

  async cron(
    expression: string,
    data: DeepReadonly<Data>,
    settings: CronOptions = {},
  ): Promise<string> {
    checkOptionNames("cron", settings, ["key", "timeZone"]);
    const { timeZone = "UTC" } = settings;
    const rule = cronRule(expression, timeZone, this.#store().clock.wallMs());
    return this.#repeat(rule, data, settings);
  }

  cancel(key: string): Promise<boolean> {
    return this.#store().rows.cancel(this.#name, checkedKey(key));
  }

  async list(settings: ListJobsOptions = {}): Promise<readonly WaitingJob<Data>[]> {
    checkOptionNames("list", settings, ["after", "limit"]);
    const { after = "", limit = DEFAULT_LISTED } = settings;
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= STORAGE.maxListed)) {
      const allowed = `whole numbers from 1 to ${STORAGE.maxListed}`;
      throw new SeabirdError("bad_option", `limit is ${limit}; allowed: ${allowed}`);
    }
    const rows = await this.#store().rows.list(this.#name, checkedText(after), limit);
    return rows.map(({ key, data, due_at }) => ({ key, data: JSON.parse(data), dueAt: due_at }));
  }

  async #repeat(rule: Rule, data: unknown, settings: KeyOptions): Promise<string> {
    const store = this.#store();
    const nowMs = store.clock.wallMs();
    return this.#put(store, nextAfter(rule, nowMs, nowMs) ?? nowMs, rule, data, settings);
  }

  async #put(
    { rows, wake }: JobStore,
    dueMs: number,
    rule: Rule | undefined,
    data: unknown,
    { key = randomUUID() }: KeyOptions,
  ): Promise<string> {
    await rows.put({ name: this.#name, key: checkedKey(key), data: jsonOf(data), rule, dueMs });
    wake();
    return key;
  }
}

function momentOf(when: When, nowMs: number): number {
  const { at, in: length } = (when ?? {}) as { at?: unknown; in?: number | string };
  checkOptionNames("the time of once", when, ["at", "in"]);
  if ((at === undefined) === (length === undefined))
    throw noTime("give { at: date } or { in: ms }");
  if (at !== undefined && !(at instanceof Date)) throw noTime("at must be a Date");
  const ms = at === undefined ? nowMs + lengthOf(length ?? Number.NaN) : at.getTime();
  if (Number.isFinite(ms) && Math.abs(ms - nowMs) <= SCHEDULE.maxAheadMs) return Math.ceil(ms);
  throw noTime("not a number, or more than a hundred years away");
}

function noTime(why: string): SeabirdError {
  return new SeabirdError("invalid_argument", `invalid time: ${why}`);
}

function lengthOf(length: number | string): number {
  return typeof length === "string" ? duration(length) : length;
}

export function checkedKey(key: string): string {
  checkKeyLength(key);
  return checkedText(key);
}

export function jsonOf(data: unknown): string {
  return boundedJson(data ?? null, "a job's data", SCHEDULE.maxDataBytes);
}
