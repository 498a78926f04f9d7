/**
 * One instance of a plugin with jobs, in a process of its own: `… URL CORE TOKEN LEASE_MS`.
 * Jobs note what they do in a table; those that hang say so and wait to be killed.
 */
import { plugin, silentLog, startPlugin } from "@seabird-chat/sdk";
import { type JobRun, schedule } from "@seabird-chat/sdk/schedule";
import { type Migrations, storage } from "@seabird-chat/sdk/storage";

export interface Noted {
  readonly noted: { readonly key: string; readonly what: string; readonly pid: number };
}

/** Messages from the parent, and to it. */
export type Order = {
  readonly put: readonly string[];
  readonly job: JobName;
  readonly inMs: number;
};
export type ChildMessage = {
  readonly told: "ready" | "put" | "hangs" | "aborted";
  readonly key?: string;
};
export type JobName = "quick" | "hanging" | "dropping";

export const SCHEDULE_PLUGIN = "instances";

export const notedMigrations: Migrations = {
  "001-noted": (db, column) =>
    db.schema
      .createTable("noted")
      .addColumn("key", ...column.text())
      .addColumn("what", ...column.text())
      .addColumn("pid", ...column.integer())
      .execute(),
};

if (process.send !== undefined) await run();

async function run(): Promise<void> {
  const [url = "", core = "", token = "", leaseMs] = process.argv.slice(2);
  const instances = plugin(SCHEDULE_PLUGIN);
  const data = storage<Noted>(instances, { url, migrations: notedMigrations });
  const jobs = schedule(instances, data, { leaseMs: Number(leaseMs) });
  const note = ({ key, attempt }: JobRun, what: string) =>
    data.db
      .insertInto("noted")
      .values({ key, what: `${what} ${attempt}`, pid: process.pid })
      .execute();
  const quick = async (run: JobRun) => {
    await note(run, "begin");
    await note(run, "end");
  };
  const hangsAtFirst = async (run: JobRun) => {
    if (run.attempt > 1) return quick(run);
    await note(run, "begin");
    run.signal.addEventListener("abort", () => tell({ told: "aborted", key: run.key }));
    tell({ told: "hangs", key: run.key });
    await new Promise(() => undefined);
  };
  const named = {
    quick: jobs.job("quick", quick),
    hanging: jobs.job("hanging", hangsAtFirst),
    dropping: jobs.job("dropping", hangsAtFirst, { onCrash: "drop" }),
  };
  const running = startPlugin(instances, { url: core, token, log: silentLog });
  process.on("message", async ({ put, job, inMs }: Order) => {
    for (const key of put) await named[job].once({ in: inMs }, null, { key });
    tell({ told: "put" });
  });
  process.on("disconnect", () => void running.close().then(() => process.exit()));
  await running.ready();
  tell({ told: "ready" });
}

function tell(told: ChildMessage): void {
  if (process.connected) process.send?.(told);
}
