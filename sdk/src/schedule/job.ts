/** Jobs of one name, as handlers put them in and take them out. */
import { randomUUID } from "node:crypto";
import { duration } from "../command/duration.ts";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { boundedJson, checkedText, checkKeyLength } from "../storage/parameters.ts";
import type { RunOfPlugin, Runs } from "../storage/runs.ts";
import { STORAGE } from "../storage/storage-limits.ts";
import type { JobRows } from "./job-rows.ts";
import { cronRule, everyRule, nextAfter, type Rule } from "./rule.ts";
import { SCHEDULE } from "./schedule-limits.ts";

/** A moment, or how long from now: milliseconds or such as `"10m"`. */
export type When = { readonly at: Date } | { readonly in: number | string };

export interface KeyOptions {
  /**
   * Tells the jobs of one name apart, such as `userKey(ctx.user)`; one with the same key takes the
   * other's place. Default: a new key each time.
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
  /** When it runs next, or was to run if it is running. */
  readonly dueAt: Date;
}

export interface ListJobsOptions {
  /** Only keys behind this one: the last key of the page before. */
  readonly after?: string | undefined;
  /** How many at most, up to 1,000. Default: 100. */
  readonly limit?: number | undefined;
}

/**
 * Jobs that run one handler. They are kept in the plugin's storage: they survive a restart, and
 * of several instances one runs each of them. `data` is JSON of up to 64 KiB.
 *
 * Each function rejects with a SeabirdError: `invalid_argument` for a time, key or data that
 * cannot be, `resource_exhausted` when 10,000 jobs wait, `closed` while the plugin does not run.
 */
export interface Job<Data> {
  /** Runs once: at a moment, or in a while. A moment that is over is now. Resolves with its key. */
  once(when: When, data: Data, settings?: KeyOptions): Promise<string>;
  /** Runs again and again, the first time after one interval of at least a second. */
  every(interval: number | string, data: Data, settings?: KeyOptions): Promise<string>;
  /**
   * Runs by a cron expression: minute, hour, day of the month, month, day of the week, and before
   * them seconds if there are six. A time that a zone leaves out in spring is taken at the end of
   * the gap. A time that comes twice in autumn is taken once, the first time, unless its hour is
   * `*` or its minutes are a list or step: then both times.
   */
  cron(expression: string, data: Data, settings?: CronOptions): Promise<string>;
  /** Whether there was one. One that is running runs to its end. */
  cancel(key: string): Promise<boolean>;
  /** Those that wait or run, in the order of their keys. */
  list(settings?: ListJobsOptions): Promise<readonly WaitingJob<Data>[]>;
  /** The jobs of this run of the plugin, if it runs several times in this process. */
  of(run: RunOfPlugin): Job<Data>;
}

/** What one run of the plugin has for its jobs. */
export interface JobStore {
  readonly rows: JobRows;
  readonly clock: Clock;
  /** Something was added. */
  wake(): void;
}

const DEFAULT_LISTED = 100;

export class NamedJob<Data> implements Job<Data> {
  readonly #name: string;
  readonly #runs: Runs<JobStore>;
  readonly #place: () => JobStore;

  constructor(name: string, runs: Runs<JobStore>, place: () => JobStore = () => runs.only()) {
    this.#name = name;
    this.#runs = runs;
    this.#place = place;
  }

  of(run: RunOfPlugin): Job<Data> {
    const place = this.#runs.of(run);
    return new NamedJob<Data>(this.#name, this.#runs, () => place);
  }

  async once(when: When, data: Data, settings: KeyOptions = {}): Promise<string> {
    const place = this.#place();
    return this.#put(place, momentOf(when, place.clock.wallMs()), undefined, data, settings);
  }

  async every(interval: number | string, data: Data, settings: KeyOptions = {}): Promise<string> {
    const rule = everyRule(typeof interval === "string" ? duration(interval) : interval);
    return this.#repeat(rule, data, settings);
  }

  async cron(expression: string, data: Data, settings: CronOptions = {}): Promise<string> {
    const { timeZone = "UTC" } = settings;
    const rule = cronRule(expression, timeZone, this.#place().clock.wallMs());
    return this.#repeat(rule, data, settings);
  }

  cancel(key: string): Promise<boolean> {
    return this.#place().rows.cancel(this.#name, checkedKey(key));
  }

  async list(settings: ListJobsOptions = {}): Promise<readonly WaitingJob<Data>[]> {
    const { after = "", limit = DEFAULT_LISTED } = settings;
    if (!(Number.isInteger(limit) && limit >= 1 && limit <= STORAGE.maxListed)) {
      const allowed = `whole numbers from 1 to ${STORAGE.maxListed}`;
      throw new SeabirdError("bad_option", `limit is ${limit}; allowed: ${allowed}`);
    }
    const rows = await this.#place().rows.list(this.#name, checkedText(after), limit);
    return rows.map(({ key, data, due_at }) => ({ key, data: JSON.parse(data), dueAt: due_at }));
  }

  async #repeat(rule: Rule, data: Data, settings: KeyOptions): Promise<string> {
    const place = this.#place();
    const nowMs = place.clock.wallMs();
    return this.#put(place, nextAfter(rule, nowMs, nowMs) ?? nowMs, rule, data, settings);
  }

  async #put(
    { rows, wake }: JobStore,
    dueMs: number,
    rule: Rule | undefined,
    data: Data,
    { key = randomUUID() }: KeyOptions,
  ): Promise<string> {
    await rows.put({ name: this.#name, key: checkedKey(key), data: jsonOf(data), rule, dueMs });
    wake();
    return key;
  }
}

function momentOf(when: When, nowMs: number): number {
  const { at, in: length } = (when ?? {}) as { at?: unknown; in?: number | string };
  if ((at === undefined) === (length === undefined)) throw noTime("say { at: date } or { in: ms }");
  if (at !== undefined && !(at instanceof Date)) throw noTime("at must be a Date");
  const ms = at === undefined ? nowMs + lengthOf(length ?? Number.NaN) : at.getTime();
  if (Number.isFinite(ms) && Math.abs(ms - nowMs) <= SCHEDULE.maxAheadMs) return Math.ceil(ms);
  throw noTime("none at all, or more than a hundred years away");
}

function noTime(why: string): SeabirdError {
  return new SeabirdError("invalid_argument", `that is no time: ${why}`);
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
