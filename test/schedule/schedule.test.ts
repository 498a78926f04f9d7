/** A plugin's jobs in the test kit: when they run, what they are given, what becomes of failures. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { arg, plugin } from "@seabird-chat/sdk";
import { type JobOptions, type JobRun, schedule } from "@seabird-chat/sdk/schedule";
import { storage } from "@seabird-chat/sdk/storage";
import { testbed } from "@seabird-chat/testkit";
import { temporaryFolder } from "../support/storage-engines.ts";

interface Reminder {
  readonly room: string;
  readonly words: string;
}

/** What is sent by its runs can be expected; what it does is up to the test. */
function reminders(url = ":memory:", options: JobOptions = {}) {
  const reminders = plugin("reminders");
  const jobs = schedule(reminders, storage(reminders, { url }));
  const runs: JobRun<Reminder>[] = [];
  const act = { now: (_run: JobRun<Reminder>): unknown => undefined };
  const remind = jobs.job<Reminder>(
    "remind",
    async (run) => {
      runs.push(run);
      await act.now(run);
      await run.core.sendMessage(run.data.room, run.data.words);
    },
    options,
  );
  const args = { in: arg.duration({ min: 0 }), words: arg.rest() };
  reminders.command("remind", { help: "reminds", args, where: "channel" }, async (ctx, values) => {
    const data = { room: ctx.channel.id, words: values.words };
    await remind.of(ctx).once({ in: values.in }, data, { key: values.words });
  });
  return { reminders, jobs, remind, runs, act };
}

test("a job runs at its time, not before, and once", async () => {
  const { reminders: plugin, remind, runs } = reminders();
  await using bed = await testbed({ plugins: [plugin] });
  const room = bed.channel("#tea");
  await room.say("ann", "!remind 10m tea");
  await bed.clock.advance("9m");
  await room.expectNothing();
  const [waiting] = await remind.list();
  assert.equal(waiting?.dueAt.toISOString(), "2026-01-05T12:10:00.000Z");
  await bed.clock.advance("1m");
  await room.expect("tea");
  const [run] = runs;
  assert.deepEqual(
    [run?.job, run?.key, run?.attempt, run?.name],
    ["remind", "tea", 1, "reminders"],
  );
  assert.equal(run?.dueAt.toISOString(), "2026-01-05T12:10:00.000Z");
  await bed.clock.advance("1d");
  await room.expectNothing();
  assert.deepEqual(await remind.list(), []);
});

test("the same key takes the other's place; cancelled is gone; many come in their order", async () => {
  const { reminders: plugin, remind } = reminders();
  await using bed = await testbed({ plugins: [plugin] });
  const room = bed.channel("#tea");
  for (const line of ["3m c", "1m a", "2m b", "5m a", "4m d"])
    await room.say("ann", `!remind ${line}`);
  assert.equal(await remind.cancel("d"), true);
  assert.equal(await remind.cancel("d"), false);
  assert.deepEqual(
    (await remind.list({ after: "a", limit: 1 })).map(({ key }) => key),
    ["b"],
  );
  await bed.clock.advance("10m");
  for (const words of ["b", "c", "a"]) await room.expect(words);
});

test("every and cron, declared: the beat is kept over a restart, a missed one made up once", async (t) => {
  const url = join(await temporaryFolder(t), "beat.db");
  const beat = plugin("beat");
  const jobs = schedule(beat, storage(beat, { url }));
  const told: string[] = [];
  const tell = (run: JobRun<null>) =>
    told.push(`${run.job} ${(run.clock.wallMs() - START_MS) / 60_000}`);
  jobs.every("beat", "10m", tell);
  jobs.every("skip", "10m", tell, { missed: "skip" });
  jobs.cron("noon", "0 12 * * *", tell, { timeZone: "Europe/Berlin" });
  const at = async (startAt: string, advance: string) => {
    told.length = 0;
    await using bed = await testbed({ plugins: [beat], startAt });
    await bed.clock.advance(advance);
    return [...told].sort();
  };
  assert.deepEqual(await at("2026-01-05T10:50:00Z", "25m"), [
    "beat 10",
    "beat 20",
    "noon 10",
    "skip 10",
    "skip 20",
  ]);
  // Away from 11:15 to 11:33: the beat of 11:20 and 11:30 is made up for once, or skipped.
  assert.deepEqual(await at("2026-01-05T11:33:00Z", "8m"), ["beat 43", "beat 50", "skip 50"]);
});

const START_MS = new Date("2026-01-05T10:50:00Z").getTime();

test("cron runs over the change of the clock, in the test kit too", async () => {
  const daily = plugin("daily");
  const jobs = schedule(daily, storage(daily, { url: ":memory:" }));
  const told: string[] = [];
  const tell = (run: JobRun<null>) =>
    told.push(`${run.job} ${new Date(run.clock.wallMs()).toISOString().slice(0, 16)}`);
  jobs.cron("berlin", "30 2 * * *", tell, { timeZone: "Europe/Berlin" });
  jobs.cron("york", "30 2 * * *", tell, { timeZone: "America/New_York" });
  {
    await using bed = await testbed({ plugins: [daily], startAt: "2026-03-29T00:00:00Z" });
    await bed.clock.advance("26h");
  }
  assert.deepEqual(told, [
    "berlin 2026-03-29T01:00",
    "york 2026-03-29T06:30",
    "berlin 2026-03-30T00:30",
  ]);
});

test("a job that fails is tried again with pauses, then given up; its time too is bounded", async () => {
  const {
    reminders: plugin,
    remind,
    runs,
    act,
  } = reminders(":memory:", {
    attempts: 3,
    timeoutMs: 5_000,
  });
  await using bed = await testbed({ plugins: [plugin] });
  const room = bed.channel("#tea");
  act.now = () => {
    throw new Error("the kettle is broken");
  };
  await room.say("ann", "!remind 1m tea");
  await bed.clock.advance("10m");
  await room.expectNothing();
  assert.deepEqual(
    runs.map(({ attempt }) => attempt),
    [1, 2, 3],
  );
  assert.deepEqual(await remind.list(), []);
  runs.length = 0;
  act.now = (run) => (run.attempt === 1 ? new Promise(() => undefined) : undefined);
  await room.say("ann", "!remind 1m coffee");
  await bed.clock.advance("1m");
  assert.equal(runs[0]?.signal.aborted, false);
  await bed.clock.advance("5s");
  assert.equal(runs[0]?.signal.aborted, true);
  await bed.clock.advance("10s");
  await room.expect("coffee");
  const lines = bed.log.lines
    .filter(({ level }) => level === "error")
    .map(({ message }) => message);
  assert.deepEqual(lines, [
    "a job failed; it is retried",
    "a job failed; it is retried",
    "a job failed for the last time",
    "a job failed; it is retried",
  ]);
});

test("a job that sets itself anew is not undone by its own end", async () => {
  const { reminders: plugin, remind, act } = reminders();
  await using bed = await testbed({ plugins: [plugin] });
  const room = bed.channel("#tea");
  act.now = (run) =>
    remind.once({ in: "1h" }, { ...run.data, words: `${run.data.words}!` }, { key: run.key });
  await room.say("ann", "!remind 1m tea");
  await bed.clock.advance("1m");
  await room.expect("tea");
  await bed.clock.advance("1h");
  await room.expect("tea!");
  await remind.cancel("tea");
});

test("a job that runs when the plugin closes is aborted, and runs after the restart", async (t) => {
  const url = join(await temporaryFolder(t), "jobs.db");
  const { reminders: plugin, runs, act } = reminders(url, { attempts: 1 });
  await using bed = await testbed({ plugins: [plugin] });
  const room = bed.channel("#tea");
  act.now = (run) =>
    runs.length === 1
      ? new Promise((_, reject) =>
          run.signal.addEventListener("abort", () => reject(run.signal.reason)),
        )
      : undefined;
  await room.say("ann", "!remind 1m tea");
  await bed.clock.advance("1m");
  await room.expectNothing();
  await bed.restartPlugin("reminders");
  assert.equal(runs[0]?.signal.aborted, true);
  await bed.idle();
  await room.expect("tea");
  assert.equal(runs[1]?.attempt, 1);
});

test("what cannot be is refused: times, keys, data, names, options", async () => {
  const { reminders: plugin, remind, jobs } = reminders();
  await assert.rejects(remind.once({ in: 5 }, { room: "", words: "" }), { code: "closed" });
  await using _bed = await testbed({ plugins: [plugin] });
  const data = { room: "r", words: "w" };
  const refused = { code: "invalid_argument" };
  await assert.rejects(remind.once({ in: Number.NaN }, data), refused);
  await assert.rejects(remind.once({ in: 1e15 }, data), refused);
  await assert.rejects(remind.once({ at: new Date("never") }, data), refused);
  await assert.rejects(remind.once({ in: "soon" }, data), { code: "bad_option" });
  for (const when of [undefined, {}, { at: "tomorrow" }, { at: 5 }, { at: new Date(), in: 5 }]) {
    await assert.rejects(remind.once(when as never, data), refused);
  }
  await assert.rejects(remind.once({ in: "1h" }, { ...data, words: 5n as never }), refused);
  await assert.rejects(remind.every(5, data), refused);
  await assert.rejects(remind.cron("61 * * * *", data), refused);
  await assert.rejects(remind.cron("1 * * * *", data, { timeZone: "Mars/Base" }), refused);
  for (const key of ["", "x".repeat(513), "a\0", "\ud83d", 5 as never]) {
    await assert.rejects(remind.once({ in: "1h" }, data, { key }), refused);
  }
  await assert.rejects(remind.once({ in: "1h" }, { room: "", words: "x".repeat(70_000) }), refused);
  assert.deepEqual(await remind.list(), []);
  const bad = { code: "bad_option" };
  const run = () => undefined;
  assert.throws(() => jobs.job("remind", run), bad);
  assert.throws(() => jobs.job("No Name", run), bad);
  assert.throws(() => jobs.job("other", "run" as never), bad);
  assert.throws(() => jobs.job("other", run, { missed: "never" as never }), bad);
  assert.throws(() => jobs.job("other", run, { timeoutMs: 0 }), bad);
  assert.throws(() => jobs.every("other", "5ms", run), refused);
  assert.throws(() => jobs.cron("other", "0 0 30 2 *", run), refused);
  assert.throws(() => schedule({} as never, undefined as never), bad);
});
