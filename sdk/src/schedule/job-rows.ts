/** The table of jobs: who does what and when, agreed on by all instances. */
import type { Kysely } from "kysely";
import { SeabirdError } from "../link/errors.ts";
import type { OwnTables } from "../storage/own-tables.ts";
import { nextAfter, type Rule } from "./rule.ts";
import { SCHEDULE } from "./schedule-limits.ts";

/** A row as it was read; it is changed only if nobody else has changed it since. */
export interface JobRow {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly data: string;
  readonly rule: string | null;
  readonly due_at: Date;
  readonly attempts: number;
  readonly claimed_by: string | null;
  readonly version: number;
}

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
  "claimed_by",
  "version",
] as const;

/**
 * `try_at` is when a job is looked at next: when it is due, when a failed one is tried again, and
 * for one that runs, when its instance is taken for dead.
 */
export class JobRows {
  readonly #db: () => Kysely<OwnTables>;

  constructor(db: () => Kysely<OwnTables>) {
    this.#db = db;
  }

  /** Takes the place of one by the same name and key. Throws `resource_exhausted`. */
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

  /** Leaves one alone that has the same rule: its beat goes on. */
  async ensure(job: NewJob & { readonly rule: Rule }): Promise<void> {
    const known = await this.#db()
      .selectFrom("seabird_jobs")
      .select("rule")
      .where("name", "=", job.name)
      .where("key", "=", job.key)
      .executeTakeFirst();
    if (known?.rule !== JSON.stringify(job.rule)) await this.put(job);
  }

  /** One of these names that is to be looked at, the one that waits longest. */
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

  /** When the next one is to be looked at, in Unix milliseconds. */
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

  /** The row as it is then; undefined if somebody else was faster. */
  async claim(row: JobRow, instance: string, untilMs: number): Promise<JobRow | undefined> {
    const claimed = { ...row, attempts: row.attempts + 1, claimed_by: instance };
    const { attempts, claimed_by } = claimed;
    const version = row.version + 1;
    const change = { attempts, claimed_by, version, try_at: new Date(untilMs) };
    return (await this.#change(row, change)) ? { ...claimed, version } : undefined;
  }

  /** Still ours for a while; else who has it: another instance, or nobody (null). */
  async renew(row: JobRow, untilMs: number): Promise<"ours" | string | null> {
    if (await this.#change(row, { try_at: new Date(untilMs) })) return "ours";
    const now = await this.#db()
      .selectFrom("seabird_jobs")
      .select("claimed_by")
      .where("id", "=", row.id)
      .executeTakeFirst();
    return now?.claimed_by ?? null;
  }

  /** It has had its turn: gone, or due at its next time. False if it is no longer ours. */
  async finish(row: JobRow, nowMs: number): Promise<boolean> {
    const nextMs = row.rule === null ? undefined : nextOf(row.rule, row.due_at.getTime(), nowMs);
    if (nextMs !== undefined) {
      const at = new Date(nextMs);
      return this.#change(row, { ...UNCLAIMED, attempts: 0, due_at: at, try_at: at, ...bump(row) });
    }
    const { numDeletedRows } = await this.#db()
      .deleteFrom("seabird_jobs")
      .where("id", "=", row.id)
      .where("version", "=", row.version)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** It is to be tried again then. */
  again(row: JobRow, tryMs: number, attempts = row.attempts): Promise<boolean> {
    return this.#change(row, { ...UNCLAIMED, attempts, try_at: new Date(tryMs), ...bump(row) });
  }

  async cancel(name: string, key: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db()
      .deleteFrom("seabird_jobs")
      .where("name", "=", name)
      .where("key", "=", key)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** In the order of the keys. */
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

  /** Names with jobs that wait. */
  async names(): Promise<readonly string[]> {
    const query = this.#db().selectFrom("seabird_jobs").select("name").distinct();
    return (await query.execute()).map(({ name }) => name);
  }

  #fresh({ data, rule, dueMs }: NewJob) {
    const at = new Date(dueMs);
    const text = rule === undefined ? null : JSON.stringify(rule);
    return { data, rule: text, due_at: at, try_at: at, attempts: 0, claimed_by: null };
  }

  async #checkCount(): Promise<void> {
    const { count } = await this.#db()
      .selectFrom("seabird_jobs")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    if (count < SCHEDULE.maxJobs) return;
    throw new SeabirdError("resource_exhausted", `${count} jobs wait already`);
  }

  async #change(row: JobRow, change: Partial<OwnTables["seabird_jobs"]>): Promise<boolean> {
    const { id: _id, ...values } = change;
    const { numUpdatedRows } = await this.#db()
      .updateTable("seabird_jobs")
      .set(values)
      .where("id", "=", row.id)
      .where("version", "=", row.version)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }
}

const UNCLAIMED = { claimed_by: null };

function bump({ version }: JobRow): { version: number } {
  return { version: version + 1 };
}

/** A rule that can no longer be read has no next time. */
function nextOf(rule: string, dueMs: number, nowMs: number): number | undefined {
  try {
    return nextAfter(JSON.parse(rule) as Rule, dueMs, nowMs);
  } catch {
    return undefined;
  }
}
