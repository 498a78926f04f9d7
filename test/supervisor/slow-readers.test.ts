/** Who reads what `seabird up` says, and how fast, is of no concern to what it runs. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { askRun } from "../../cli/src/supervise/control-client.ts";
import { makeCheckout } from "../support/checkout.ts";
import { PtyProgram } from "../support/pty.ts";
import { FIXTURE_UP, makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { until } from "../support/until.ts";

const MEBIBYTE = 1024 * 1024;
const PATIENCE_MS = 60_000;
const flood = (bytes: number) =>
  ({ name: "flood", kind: "plugin", settings: { flood: bytes, waitForGo: true } }) as const;

test("a terminal that is stopped with Ctrl-S holds nothing up", async (t) => {
  const { folder, env } = await makeCheckout(t);
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({ components: [flood(4 * MEBIBYTE)] }),
  );
  const shown = new PtyProgram(["node", FIXTURE_UP], { cwd: folder, env }, t);
  await shown.untilShown('"type":"up"');
  shown.type("\x13");
  writeFileSync(join(folder, "go"), "");
  const isOver = async () => {
    let last = "";
    const onLine = ({ line }: { line: string }) => (last = line);
    await askRun(
      { do: "logs", component: "flood", lines: 1, follow: false },
      { from: folder, onLine },
    );
    return last === "the flood is over";
  };
  await until("the flood to be written", isOver, PATIENCE_MS);
  process.kill(await shown.pid(), "SIGTERM");
  assert.equal(await shown.ended(), 0);
});

test("a standard error that nobody reads holds nothing up, to the very end", async (t) => {
  const checkout = await makeProjectCheckout(t);
  const { folder } = checkout;
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({ components: [flood(4 * MEBIBYTE)] }),
  );
  const project = new RunningProject(checkout, [FIXTURE_UP]);
  project.child.stderr?.pause();
  await project.untilState("ready", "flood");
  writeFileSync(join(folder, "go"), "");
  await project.until("the flood to be written", () =>
    project.log("flood.log").endsWith("the flood is over\n"),
  );
  project.child.kill("SIGTERM");
  await until("it to end", () => project.child.exitCode !== null, PATIENCE_MS);
  assert.equal(project.child.exitCode, 0);
  project.child.stderr?.resume();
});

test("many lines of a log come whole", async (t) => {
  const project = await RunningProject.ofFixtures(t, { components: [flood(8 * MEBIBYTE)] });
  await project.untilState("ready", "flood");
  writeFileSync(join(project.folder, "go"), "");
  await project.until("the flood to be written", () =>
    project.log("flood.log").endsWith("the flood is over\n"),
  );
  const { code, out, err } = await project.cli(["logs", "flood", "-n", "3000"]);
  assert.equal(code, 0, err);
  assert.equal(out.split("\n").length, 3001);
  assert.match(out, /the flood is over\n$/);
});

test("a suspended run is reported, and a second one names its process", async (t) => {
  let suspended: RunningProject | undefined;
  // Before the projects' own hooks, which wait for their ends.
  t.after(() => suspended?.child.kill("SIGCONT"));
  const checkout = await makeProjectCheckout(t);
  writeFileSync(join(checkout.folder, "project.json"), JSON.stringify({ components: [] }));
  const project = new RunningProject(checkout, [FIXTURE_UP]);
  await project.untilState("ready", "core");
  project.child.kill("SIGSTOP");
  suspended = project;
  const second = new RunningProject(checkout, [FIXTURE_UP]);
  const commands = [["ps"], ["logs"], ["restart", "core"], ["reload"], ["unignore", "x"]];
  for (const args of commands) {
    const { code, err } = await project.cli(args);
    assert.equal(code, 5, args.join(" "));
    assert.match(err, /the `seabird up` here did not answer within 5 s/);
    assert.match(err, new RegExp(`Next: .*kill -CONT ${project.pid}`));
  }
  const doctor = await project.cli(["doctor"]);
  assert.equal(doctor.code, 6);
  assert.match(doctor.out, /✗ run: the `seabird up` here did not answer/);
  await second.closed;
  assert.equal(second.child.exitCode, 75);
  assert.match(second.errors, new RegExp(`already: process ${project.pid}`));
});
