import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { SAME_STOP_MS } from "./stop-signals.ts";

const MODULE = JSON.stringify(new URL("./stop-signals.ts", import.meta.url).href);

/** A process that says what it is told to do, on standard output, a line each. */
class Program {
  readonly child;
  readonly exit: Promise<unknown[]>;
  #said = "";
  #changed = Promise.withResolvers<void>();

  constructor(t: TestContext, body: string, ipc = false) {
    const source = `
      import * as signals from ${MODULE};
      const say = (line) => process.stdout.write(line + "\\n");
      ${body}
      say("begun");`;
    this.child = spawn(process.execPath, ["--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit", ...(ipc ? (["ipc"] as const) : [])],
    });
    t.after(() => this.child.kill("SIGKILL"));
    this.exit = once(this.child, "exit");
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
      this.#changed.resolve();
    });
  }

  async said(line: string): Promise<void> {
    while (!this.#said.split("\n").includes(line)) {
      this.#changed = Promise.withResolvers<void>();
      await this.#changed.promise;
    }
  }

  get lines(): readonly string[] {
    return this.#said.trim().split("\n");
  }
}

const WATCH = `
  const alive = setInterval(() => undefined, 1_000);
  const watch = signals.watchStopSignals({
    signals: ["SIGINT", "SIGTERM", "SIGHUP"],
    onStop: (name) => say("stop " + name),
    onInsist: (name) => { say("insist " + name); process.exit(130); },
    onSignal: (name, isStopping) => {
      say("got " + name);
      return name === "SIGHUP" && !isStopping;
    },
  });`;

test("the first signal stops, its echo does not insist, a later one does", async (t) => {
  const program = new Program(t, WATCH);
  await program.said("begun");
  program.child.kill("SIGINT");
  await program.said("stop SIGINT");
  const stoppedAtMs = performance.now();
  program.child.kill("SIGTERM");
  await program.said("got SIGTERM");
  // What is waited for is the time itself.
  while (performance.now() - stoppedAtMs <= SAME_STOP_MS) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  program.child.kill("SIGTERM");
  assert.deepEqual(await program.exit, [130, null]);
  const lines = program.lines.filter((line) => !line.startsWith("got "));
  assert.deepEqual(lines, ["begun", "stop SIGINT", "insist SIGTERM"]);
});

test("a signal may mean something else, and has its usual effect after the end", async (t) => {
  const program = new Program(
    t,
    `${WATCH} process.on("SIGUSR2", () => { watch.end(); say("ended"); });`,
  );
  await program.said("begun");
  program.child.kill("SIGHUP");
  await program.said("got SIGHUP");
  program.child.kill("SIGUSR2");
  await program.said("ended");
  program.child.kill("SIGHUP");
  assert.deepEqual(await program.exit, [null, "SIGHUP"]);
  assert.equal(program.lines.includes("stop SIGHUP"), false);
});

test("stopping that began without a signal makes the next one insist, after a while", async (t) => {
  const program = new Program(
    t,
    `${WATCH} watch.begun(); setTimeout(() => say("late"), signals.SAME_STOP_MS + 1);`,
  );
  await program.said("begun");
  await program.said("late");
  program.child.kill("SIGINT");
  assert.deepEqual(await program.exit, [130, null]);
});

/** As npm and npx do: a shell between, which does not pass signals on. */
function underShell(t: TestContext, env: NodeJS.ProcessEnv, wrapper: readonly string[] = []) {
  const source = `
    import * as signals from ${MODULE};
    const say = (line) => process.stdout.write(line + "\\n");
    ${WATCH}
    say("begun " + process.pid);`;
  const shell = spawn(
    "sh",
    ["-c", '"$@" & wait', "sh", ...wrapper, process.execPath, "--input-type=module", "-e", source],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        npm_lifecycle_event: undefined,
        npm_lifecycle_script: undefined,
        ...env,
      },
    },
  );
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  let pid = 0;
  t.after(() => {
    shell.kill("SIGKILL");
    if (pid !== 0 && isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  const begun = async () => {
    pid = Number((await next()).replace("begun ", ""));
    return pid;
  };
  return { shell, next, begun };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("the end of npm's shell stops what npm or npx started, and once only", async (t) => {
  for (const event of ["start", "npx"]) {
    const program = underShell(t, { npm_lifecycle_event: event });
    const pid = await program.begun();
    program.shell.kill("SIGTERM");
    assert.deepEqual([await program.next(), await program.next()], ["got SIGTERM", "stop SIGTERM"]);
    process.kill(pid, "SIGKILL");

    const stopping = underShell(t, { npm_lifecycle_event: event });
    const other = await stopping.begun();
    process.kill(other, "SIGINT");
    assert.deepEqual([await stopping.next(), await stopping.next()], ["got SIGINT", "stop SIGINT"]);
    stopping.shell.kill("SIGTERM");
    await once(stopping.shell, "exit");
    await new Promise((resolve) => setTimeout(resolve, 3 * SAME_STOP_MS));
    assert.ok(isAlive(other), "the shell's end is no second signal");
  }
});

test("without npm, what a shell left in the background lives on", async (t) => {
  const program = underShell(t, {});
  const pid = await program.begun();
  program.shell.kill("SIGTERM");
  await once(program.shell, "exit");
  // Longer than the parent is looked at; what is waited for is the time itself.
  await new Promise((resolve) => setTimeout(resolve, 3 * SAME_STOP_MS));
  assert.ok(isAlive(pid));
});

test("with nohup, or as a job of its own, it outlives npm's shell and a SIGHUP", async (t) => {
  const rows: readonly (readonly [env: NodeJS.ProcessEnv, wrapper: readonly string[]])[] = [
    [{ npm_lifecycle_script: "nohup seabird core &" }, ["nohup"]],
    [{ npm_lifecycle_script: "./start.sh" }, ["env", "_=/usr/bin/nohup"]],
    [{ npm_lifecycle_script: "setsid seabird core &" }, ["setsid"]],
  ];
  for (const [env, wrapper] of rows) {
    const program = underShell(t, { npm_lifecycle_event: "start", _: "", ...env }, wrapper);
    const pid = await program.begun();
    program.shell.kill("SIGTERM");
    await once(program.shell, "exit");
    if (wrapper[0] !== "setsid") process.kill(pid, "SIGHUP");
    // Longer than the parent is looked at; what is waited for is the time itself.
    await new Promise((resolve) => setTimeout(resolve, 3 * SAME_STOP_MS));
    assert.ok(isAlive(pid), wrapper.join(" "));
    process.kill(pid, "SIGTERM");
    for (const line of wrapper[0] === "setsid" ? [] : ["got SIGHUP"])
      assert.equal(await program.next(), line);
    assert.equal(await program.next(), "got SIGTERM");
  }
});

test("the nohup of npm itself, and a file of that name, are not the program's", async (t) => {
  for (const env of [
    { _: "/usr/bin/nohup" },
    { _: "", npm_lifecycle_script: "seabird core >nohup.out" },
    { _: "", npm_lifecycle_script: "rm -f logs/nohup; seabird core" },
  ]) {
    const program = underShell(t, { npm_lifecycle_event: "start", ...env });
    await program.begun();
    program.shell.kill("SIGTERM");
    assert.equal(await program.next(), "got SIGTERM");
  }
});

const FOLLOW = `
  const undo = signals.watchSupervisor(() => { say("gone"); });
  process.on("SIGUSR2", () => undo());
  say(String(signals.hasSupervisor()));`;

test("the supervisor's end is noticed, also when it came first", async (t) => {
  const program = new Program(t, FOLLOW, true);
  await program.said("begun");
  program.child.disconnect();
  assert.deepEqual(await program.exit, [0, null]);
  assert.deepEqual(program.lines, ["true", "begun", "gone"]);

  const late = new Program(t, `process.disconnect(); ${FOLLOW}`, true);
  await late.exit;
  assert.ok(late.lines.includes("gone"));
});

test("the undo closes the channel, so that the process can end; without one nothing happens", async (t) => {
  const program = new Program(t, FOLLOW, true);
  await program.said("begun");
  program.child.kill("SIGUSR2");
  assert.deepEqual(await program.exit, [0, null]);
  assert.deepEqual(program.lines, ["true", "begun"]);

  const alone = new Program(t, FOLLOW);
  assert.deepEqual(await alone.exit, [0, null]);
  assert.deepEqual(alone.lines, ["false", "begun"]);
});
