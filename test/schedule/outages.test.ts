/** Jobs while core, a backend or a network is away: how long they are retried, and what counts. */
import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Log, type Plugin, plugin, SeabirdError, startPlugin } from "@seabird-chat/sdk";
import { type JobOptions, type JobRun, schedule } from "@seabird-chat/sdk/schedule";
import { storage } from "@seabird-chat/sdk/storage";
import { FakeClock, testbed } from "@seabird-chat/testkit";
import { startBot, startEar } from "../support/irc-bot.ts";
import { IrcPerson } from "../support/irc-person.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { needPrograms } from "../support/servers.ts";
import { temporaryFolder } from "../support/storage-engines.ts";
import { until } from "../support/until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A job whose runs fail with `failure` as long as there is one. */
function failing(options: JobOptions = {}, url = ":memory:") {
  const tea = plugin("tea");
  const jobs = schedule(tea, storage(tea, { url }));
  const state: { failure: Error | undefined; attempts: number[] } = {
    failure: undefined,
    attempts: [],
  };
  const run = ({ attempt }: JobRun<unknown>) => {
    state.attempts.push(attempt);
    if (state.failure !== undefined) throw state.failure;
  };
  const job = jobs.job<null>("tea", run, options);
  return { tea, jobs, job, state };
}

const away = new SeabirdError("unknown", "irc is not connected");
const broken = new Error("the kettle is broken");

test("while something is away a job is retried for an hour, others five times", async () => {
  const lost = new SeabirdError("unavailable", "the connection to core was lost");
  const late = new SeabirdError("deadline_exceeded", "request timed out");
  for (const [failure, options, after, isLeft] of [
    [away, {}, "59m", true],
    [away, {}, "61m", false],
    [lost, {}, "59m", true],
    [late, {}, "59m", true],
    [away, { retryUnavailableMs: 5 * 60_000 }, "4m", true],
    [away, { retryUnavailableMs: 5 * 60_000 }, "6m", false],
    [away, { retryUnavailableMs: 4 * 3_600_000 }, "3h", true],
    [away, { attempts: 1 }, "59m", true],
    [away, { retryUnavailableMs: 0 }, "1m", false],
    [broken, {}, "1m", false],
    [broken, { retryUnavailableMs: 86_400_000 }, "1m", false],
  ] as const) {
    const { tea, job, state } = failing(options);
    await using bed = await testbed({ plugins: [tea] });
    state.failure = failure;
    await job.once({ in: 0 }, null);
    await bed.clock.advance(after);
    const label = `${failure.message} ${JSON.stringify(options)} ${after}`;
    assert.equal((await job.list()).length > 0, isLeft, label);
    const errors = bed.log.lines.filter(({ level }) => level === "error");
    const warnings = bed.log.lines.filter(({ level }) => level === "warn");
    if (failure !== broken && options !== undefined && !("retryUnavailableMs" in options)) {
      assert.deepEqual([errors.length, warnings.length], [isLeft ? 0 : 1, 1], label);
    }
    if (failure === broken) assert.deepEqual(state.attempts, [1, 2, 3, 4, 5], label);
    // Once it is back, at most a minute passes.
    state.failure = undefined;
    const before = state.attempts.length;
    await bed.clock.advance("1m");
    assert.equal(state.attempts.length - before, isLeft ? 1 : 0, label);
    assert.deepEqual(await job.list(), [], label);
  }
});

test("attempts while something is away do not count, and both are kept over a restart", async (t) => {
  const url = join(await temporaryFolder(t), "jobs.db");
  const { tea, job, state } = failing({ attempts: 2 }, url);
  await using bed = await testbed({ plugins: [tea] });
  state.failure = away;
  await job.once({ in: 0 }, null);
  await bed.clock.advance("30m");
  const before = state.attempts.length;
  assert.ok(before > 25, `${before}`);
  await bed.restartPlugin("tea");
  await bed.clock.advance("29m");
  assert.equal(state.attempts[before], before + 1);
  assert.equal((await job.list()).length, 1);
  state.failure = broken;
  await bed.clock.advance("70s");
  await bed.restartPlugin("tea");
  await bed.clock.advance("5m");
  const errors = bed.log.lines.filter(({ level }) => level === "error");
  assert.deepEqual(
    errors.map(({ message }) => message),
    ["a job failed; it is retried", "a job failed for the last time"],
  );
  assert.deepEqual(await job.list(), []);
});

test("the hour is not begun anew by a restart; a repeating job runs again at its next time", async (t) => {
  const url = join(await temporaryFolder(t), "jobs.db");
  const { tea, jobs, job, state } = failing({}, url);
  const hourly: number[] = [];
  const run = ({ attempt }: JobRun<null>) => {
    hourly.push(attempt);
    if (state.failure !== undefined) throw state.failure;
  };
  jobs.cron("hourly", "5 */2 * * *", run);
  await using bed = await testbed({ plugins: [tea] });
  state.failure = away;
  await job.once({ in: 0 }, null);
  await bed.clock.advance("40m");
  await bed.restartPlugin("tea");
  await bed.clock.advance("21m");
  assert.deepEqual(await job.list(), []);
  await bed.clock.advance("30m");
  state.failure = undefined;
  hourly.length = 0;
  await bed.clock.advance("40m");
  assert.deepEqual(hourly, [1]);
});

test("two instances: a job that waits for a network runs in one of them at a time", async (t) => {
  const url = join(await temporaryFolder(t), "jobs.db");
  const { tea, job, state } = failing({}, url);
  await using bed = await testbed({ plugins: [tea] });
  state.failure = away;
  await job.once({ in: 0 }, null);
  await bed.clock.advance("5m");
  const before = state.attempts.length;
  {
    await using other = await testbed({ plugins: [tea], startAt: "2026-01-05T12:05:00Z" });
    await other.clock.advance("2m");
  }
  // The numbers go on: each attempt was claimed by one of them.
  assert.ok(state.attempts.length > before);
  state.failure = undefined;
  await bed.clock.advance("5m");
  const { attempts } = state;
  assert.deepEqual(
    attempts,
    attempts.map((_each, index) => index + 1),
  );
});

test("the manual's reminder bot: ngircd is away for longer than half a minute", async (t) => {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const { core, actions } = await startEar(t);
  const person = async (nick: string) => {
    const each = await IrcPerson.connect(programs.ii, { port: server.port, nick });
    t.after(() => each.close());
    await each.join("#test");
    return each;
  };
  const channels = async () => (await actions.listChannels("irc://seabird")).length;
  await startBot(t, core, server);
  await until("the bot in its channel", async () => (await channels()) === 1);

  const clock = new FakeClock();
  const lines: string[] = [];
  const collect = (_fields: unknown, text?: string) => void lines.push(text ?? "");
  const log = { debug: collect, info: collect, warn: collect, error: collect } as Log;
  const reminders = await loadReminders(await temporaryFolder(t), (undo) => t.after(undo));
  const token = await core.token(["plugin"], "reminders");
  const running = startPlugin(reminders, { url: core.url, token, clock, log });
  t.after(() => running.close());
  await running.ready();

  const ann = await person("ann");
  await ann.types("#test", "!remind 1m drink tea");
  await ann.sees("#test", "I will");
  await server.kill();
  await until("core to know", async () => (await channels()) === 0);
  clock.pass(60_000);
  await until("it to be noticed", () => lines.some((line) => line.startsWith("a job needs")));
  const sinceMs = clock.now();
  // Slowly enough for each attempt to be answered.
  await until("two minutes", () => {
    clock.pass(1_000);
    return clock.now() - sinceMs > 120_000;
  });
  assert.ok(lines.filter((line) => line.startsWith("a job needs")).length > 5);
  assert.ok(!lines.some((line) => line.startsWith("a job failed")));

  await server.restart();
  const bob = await person("bob");
  await until("the bot to be back", async () => (await channels()) === 1);
  clock.pass(60_000);
  await bob.sees("#test", "ann: drink tea");
  clock.pass(3_600_000);
  await bob.types("#test", "!remind 1h again");
  await bob.sees("#test", "bob: I will");
  const seen = (await bob.lines("#test")).filter((line) => line.includes("drink tea"));
  assert.equal(seen.length, 1, seen.join("\n"));
});

/** The plugin of the page, whose data is below the working folder. */
async function loadReminders(folder: string, after: (undo: () => void) => void): Promise<Plugin> {
  const page = await readFile(join(ROOT, "docs/storage.md"), "utf8");
  const snippets = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  const code = snippets.find((each) => each.includes("export const reminders = plugin("));
  assert.ok(code !== undefined);
  const before = process.cwd();
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  await mkdir(join(folder, "project"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder, "reminders.ts"), code);
  process.chdir(join(folder, "project"));
  after(() => process.chdir(before));
  return (await import(pathToFileURL(join(folder, "reminders.ts")).href)).reminders;
}
