/** The measurements run from the command line to the JSON file; what they find is not judged. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { needPrograms } from "../support/servers.ts";

const MAIN = fileURLToPath(new URL("../../bench/main.ts", import.meta.url));
const SOAK = fileURLToPath(new URL("../../bench/soak/main.ts", import.meta.url));
const TIMEOUT_MS = 300_000;
const run = promisify(execFile);

const bench = (...args: string[]) =>
  run(process.execPath, [MAIN, ...args], { timeout: TIMEOUT_MS, killSignal: "SIGTERM" });

interface Results {
  readonly machine: string;
  readonly results: readonly {
    readonly row: string;
    readonly values: Readonly<Record<string, number>>;
    readonly ratios: Readonly<Record<string, number>>;
  }[];
}

test("a tiny load is measured of all three, and reported", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bench-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const json = join(folder, "results.json");
  const only = ["--only", "fan-out,actions,latency"];
  const { stdout } = await bench(
    "--quick",
    ...only,
    ...["--ms", "500", "--streams", "2", "--json", json],
  );
  const { machine, results } = JSON.parse(await readFile(json, "utf8")) as Results;
  assert.match(machine, /Node \d/);
  for (const row of [
    "deliveries to 2 streams, paced",
    "deliveries to 2 streams, unpaced",
    "delivery at 1000 events/s to 10 streams, p50",
    "actions, 1 in flight",
    "actions, 4 connections with 16 in flight, p99",
  ]) {
    const result = results.find((each) => each.row === row);
    assert.ok(result, row);
    // A busy machine may give the slowest of the three no turn in so short a time.
    for (const name of ["core", "ceiling", "grpc-js"]) {
      assert.ok(Number.isFinite(result.values[name]), `${row}: ${name} is ${result.values[name]}`);
    }
    assert.ok((result.values["core"] ?? 0) > 0, `${row}: core is ${result.values["core"]}`);
    assert.ok("ceiling" in result.ratios, row);
    assert.ok(stdout.includes(row), `the table lacks ${row}`);
  }
});

test("programs on the SDK, starts and memory are measured, and quoted in Markdown", async () => {
  const only = ["sdk-plugin", "sdk-heap", "sdk-backend", "sdk-action", "cold-start"];
  if (process.platform === "linux") only.push("project-memory");
  const { stdout } = await bench(
    "--quick",
    ...["--only", only.join(","), "--ms", "300", "--heap-events", "500", "--markdown", "--alone"],
  );
  for (const title of [
    "CPU of a plugin per handled event",
    "CPU of a plugin per event without a handler",
    "CPU of a backend per event",
    "CPU of a backend per request",
    "CPU of a plugin per action",
    "CPU of seabird --help",
    "CPU of seabird send",
    "first bot to its registration",
    ...(process.platform === "linux"
      ? ["npm start to the prompt", "memory of the default project"]
      : []),
  ]) {
    assert.match(stdout, new RegExp(`^\\| ${title} \\| [\\d,.]+ `, "m"));
  }
});

test("wrong options are one line and exit code 1", async () => {
  for (const [args, message] of [
    [["--only", "nothing"], "bench: --only: there is no nothing\n"],
    [["--shape", "round"], "bench: --shape: there is no round; there are plain, tagged, real\n"],
    [
      ["--record", "--url", "http://127.0.0.1:1", "--token", "x"],
      "bench: --record keeps figures of this checkout, and --url measures another core\n",
    ],
    [["--url", "http://127.0.0.1:1"], "bench: --url needs --token\n"],
    [["--rounds", "0"], "bench: --rounds: 0 is no whole number from 1 to 1,000,000\n"],
  ] as const) {
    await assert.rejects(bench(...args), { code: 1, stderr: message });
  }
});

test("a soak of a few seconds loses nothing, and tells what became of each message", async (t) => {
  if (needPrograms(t, "inspircd", "ii") === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), "seabird-soak-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const json = join(folder, "soak.json");
  const args = [SOAK, "--minutes", "0.05", "--networks", "irc", "--json", json];
  const { stdout } = await run(process.execPath, args, { timeout: TIMEOUT_MS });
  assert.match(stdout, /^\| irc \| person to plugin \| \d+ \|/m);
  const { networks, memory } = JSON.parse(await readFile(json, "utf8"));
  for (const { said, arrived, lost } of [networks[0].inbound, networks[0].outbound]) {
    assert.ok(said > 0 && arrived === said && lost === 0, stdout);
  }
  const names = memory.map(({ name }: { name: string }) => name);
  assert.deepEqual(names, ["core", "irc/home", "up"]);
});
