/** The table of jobs, which all instances share. */
import type { Kysely } from "kysely";
import { SeabirdError } from "../link/errors.ts";
import type { OwnTables } from "../storage/own-tables.ts";
import { nextAfter, type Rule } from "./rule.ts";
import { SCHEDULE } from "./schedule-limits.ts";

/** A row as read; it is updated only if its version is unchanged. */
export interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly data: string;
  readonly rule: string | null;
  readonly due_at: Date;
  readonly attempts: number;
  /** Those among them that failed because something was away, and when the first of them did. */
  readonly outage_attempts: number;
  readonly outage_since: Date | null;
  readonly claimed_by: string | null;
  readonly version: number;
}

type JobChange = Partial<Omit<JobRow, "id">> & { readonly try_at?: Date };

export interface NewJob {
  readonly name: string;
  readonly key: string;
  readonly data: string;
  readonly rule: Rule | undefined;
  readonly dueMs: number;
}

const COLUMNS = [
  "id",
  "name",
  "key",
  "data",
  "rule",
  "due_at",
  "attempts",
  "outage_attempts",
  "outage_since",
  "claimed_by",
  "version",
] as const;

/**
 * `try_at` is when a job is next considered: when it is due, when a failed one is retried, and for
 * a running one, when its lease runs out.
 */
export class JobRows {
  readonly #db: () => Kysely<OwnTables>;

  constructor(db: () => Kysely<OwnTables>) {
    this.#db = db;
  }

  /** Adds a job or replaces the one of this name and key. Throws `resource_exhausted`. */
  async put(job: NewJob): Promise<void> {
    const { name, key } = job;
    const fresh = this.#fresh(job);
    const { numUpdatedRows } = await this.#db()
      .updateTable("seabird_jobs")
      .set((is) => ({ ...fresh, version: is("version", "+", 1) }))
      .where("name", "=", name)
      .where("key", "=", key)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return;
    await this.#checkCount();
    await this.#db()
      .insertInto("seabird_jobs")
      .values({ name, key, version: 1, ...fresh })
      .onConflict((conflict) =>
        conflict.columns(["name", "key"]).doUpdateSet((is) => ({
          ...fresh,
          version: is("seabird_jobs.version", "+", 1),
        })),
      )
      .execute();
  }

  /** Like `put`, but keeps a job with the same rule, and with it its next time. */
  async ensure(job: NewJob & { readonly rule: Rule }): Promise<void> {
    const known = await this.#db()
      .selectFrom("seabird_jobs")
      .select("rule")
      .where("name", "=", job.name)
      .where("key", "=", job.key)
      .executeTakeFirst();
    if (known?.rule !== JSON.stringify(job.rule)) await this.put(job);
  }

  /**
   * Repeating jobs of these names that are planned later than their rules have it, as after a clock
   * was ahead for a while, are due at their next time from now on.
   */
  async bringForward(names: readonly string[], nowMs: number): Promise<void> {
    const later = (await this.#db()
      .selectFrom("seabird_jobs")
      .select(COLUMNS)
      .where("name", "in", names)
      .where("rule", "is not", null)
      .where("claimed_by", "is", null)
      .where("due_at", ">", new Date(nowMs))
      .execute()) as readonly JobRow[];
    for (const row of later) {
      const nextMs = nextFromNow(row.rule ?? "", row.due_at.getTime(), nowMs);
      if (nextMs === undefined || nextMs >= row.due_at.getTime()) continue;
      const at = new Date(nextMs);
      await this.#change(row, { due_at: at, try_at: at, ...bump(row) });
    }
  }

  /** The due job of these names that has waited longest. */
  due(names: readonly string[], busy: readonly number[], nowMs: number) {
    let query = this.#db()
      .selectFrom("seabird_jobs")
      .select(COLUMNS)
      .where("name", "in", names)
      .where("try_at", "<=", new Date(nowMs))
      .orderBy("try_at")
      .limit(1);
    if (busy.length > 0) query = query.where("id", "not in", busy);
    return query.executeTakeFirst() as Promise<JobRow | undefined>;
  }

  /** When the next job is due or to be retried, in Unix milliseconds. */
  async nextMs(names: readonly string[], busy: readonly number[]): Promise<number | undefined> {
    let query = this.#db()
      .selectFrom("seabird_jobs")
      .select("try_at")
      .where("name", "in", names)
      .orderBy("try_at")
      .limit(1);
    if (busy.length > 0) query = query.where("id", "not in", busy);
    const row = await query.executeTakeFirst();
    return row?.try_at.getTime();
  }

  /** Resolves with the updated row; undefined if another instance was faster. */
  async claim(row: JobRow, instance: string, untilMs: number): Promise<JobRow | undefined> {
    const claimed = { ...row, attempts: row.attempts + 1, claimed_by: instance };
    const { attempts, claimed_by } = claimed;
    const version = row.version + 1;
    const change = { attempts, claimed_by, version, try_at: new Date(untilMs) };
    return (await this.#change(row, change)) ? { ...claimed, version } : undefined;
  }

  /** Extends the lease; else resolves with the current holder: another instance, or null. */
  async renew(row: JobRow, untilMs: number): Promise<"ours" | string | null> {
    if (await this.#change(row, { try_at: new Date(untilMs) })) return "ours";
    const now = await this.#db()
      .selectFrom("seabird_jobs")
      .select("claimed_by")
      .where("id", "=", row.id)
      .executeTakeFirst();
    return now?.claimed_by ?? null;
  }

  /** Deletes the job or sets its next time. False if another instance has it. */
  async finish(row: JobRow, nowMs: number): Promise<boolean> {
    const nextMs = row.rule === null ? undefined : nextOf(row.rule, row.due_at.getTime(), nowMs);
    if (nextMs !== undefined) {
      const at = new Date(nextMs);
      return this.#change(row, { ...FRESH, due_at: at, try_at: at, ...bump(row) });
    }
    const { numDeletedRows } = await this.#db()
      .deleteFrom("seabird_jobs")
      .where("id", "=", row.id)
      .where("version", "=", row.version)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Schedules the next attempt. */
  retryAt(row: JobRow, tryMs: number, change: AttemptChange = {}): Promise<boolean> {
    const try_at = new Date(tryMs);
    return this.#change(row, { ...change, claimed_by: null, try_at, ...bump(row) });
  }

  async cancel(name: string, key: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db()
      .deleteFrom("seabird_jobs")
      .where("name", "=", name)
      .where("key", "=", key)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Sorted by key. */
  list(name: string, after: string, limit: number) {
    return this.#db()
      .selectFrom("seabird_jobs")
      .select(["key", "data", "due_at"])
      .where("name", "=", name)
      .where("key", ">", after)
      .orderBy("key")
      .limit(limit)
      .execute();
  }

  /** All names that have jobs. */
  async names(): Promise<readonly string[]> {
    const query = this.#db().selectFrom("seabird_jobs").select("name").distinct();
    return (await query.execute()).map(({ name }) => name);
  }

  #fresh({ data, rule, dueMs }: NewJob) {
    const at = new Date(dueMs);
    const text = rule === undefined ? null : JSON.stringify(rule);
    return { data, rule: text, due_at: at, try_at: at, ...FRESH };
  }

  async #checkCount(): Promise<void> {
    const { count } = await this.#db()
      .selectFrom("seabird_jobs")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    if (count < SCHEDULE.maxJobs) return;
    throw new SeabirdError("resource_exhausted", `${count} jobs wait already`);
  }

  async #change(row: JobRow, values: JobChange): Promise<boolean> {
    const { numUpdatedRows } = await this.#db()
      .updateTable("seabird_jobs")
      .set(values)
      .where("id", "=", row.id)
      .where("version", "=", row.version)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

const FRESH = { attempts: 0, outage_attempts: 0, outage_since: null, claimed_by: null };

type AttemptChange = Partial<Pick<JobRow, "attempts" | "outage_attempts" | "outage_since">>;

/** Attempts that count. */
export function countedAttempts({ attempts, outage_attempts }: JobRow): number {
  return attempts - outage_attempts;
}

function bump({ version }: JobRow): { version: number } {
  return { version: version + 1 };
}

/** The next time after now of a job that is planned for later. */
function nextFromNow(text: string, dueMs: number, nowMs: number): number | undefined {
  try {
    const rule = JSON.parse(text) as Rule;
    if ("cron" in rule) return nextAfter(rule, nowMs, nowMs);
    // Aligned as before.
    return dueMs - (Math.ceil((dueMs - nowMs) / rule.every) - 1) * rule.every;
  } catch {
    return undefined;
  }
}

/** A rule that cannot be parsed has no next time. */
function nextOf(rule: string, dueMs: number, nowMs: number): number | undefined {
  try {
    return nextAfter(JSON.parse(rule) as Rule, dueMs, nowMs);
  } catch {
    return undefined;
  }
}
