/** `npm run bench`: measures a core and, in the same run, its baselines. See README.md. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { writeGraph } from "./graph.ts";
import { appendRecord, describeMachine, recordOf } from "./history.ts";
import type { Measurement } from "./measurement.ts";
import { actions } from "./measurements/actions.ts";
import { attacks } from "./measurements/attacks.ts";
import { bridge } from "./measurements/bridge.ts";
import { bridgeLatency } from "./measurements/bridge-latency.ts";
import { burst } from "./measurements/burst.ts";
import { coldStart } from "./measurements/cold-start.ts";
import { fanOut } from "./measurements/fan-out.ts";
import { idleMemory } from "./measurements/idle-memory.ts";
import { ids } from "./measurements/ids.ts";
import { latency } from "./measurements/latency.ts";
import { projectMemory } from "./measurements/project-memory.ts";
import { sdkAction } from "./measurements/sdk-action.ts";
import { sdkBackend } from "./measurements/sdk-backend.ts";
import { sdkHeap } from "./measurements/sdk-heap.ts";
import { sdkPlugin } from "./measurements/sdk-plugin.ts";
import { shapes } from "./measurements/shapes.ts";
import { startUp } from "./measurements/start-up.ts";
import { waiting } from "./measurements/waiting.ts";
import { type BenchOptions, readOptions, USAGE } from "./options.ts";
import { markdown, type Result, Results, table } from "./report.ts";
import { natsStarter } from "./systems/nats.ts";
import { OUR_CORE_SETTINGS, startOurCore } from "./systems/our-core.ts";
import { startProcess } from "./systems/start-process.ts";
import type { MeasuredSystem, StartSystem, SystemName } from "./systems/system.ts";

const ALL: readonly Measurement[] = [
  fanOut,
  shapes,
  ids,
  latency,
  actions,
  waiting,
  burst,
  sdkPlugin,
  sdkHeap,
  sdkBackend,
  sdkAction,
  bridge,
  bridgeLatency,
  idleMemory,
  startUp,
  coldStart,
  projectMemory,
  ...attacks,
];

/**
 * Bare node:http2 that moves the same bytes, the smallest core on @grpc/grpc-js, and NATS if it is
 * there.
 */
const BASELINES: Readonly<Record<Exclude<SystemName, "core">, StartSystem | undefined>> = {
  ceiling: (nodeArguments = []) => {
    const file = new URL("programs/bare-core.ts", import.meta.url);
    return startProcess({ name: "ceiling", file, token: "none", bare: true, nodeArguments });
  },
  "grpc-js": (nodeArguments = []) => {
    const file = new URL("programs/grpc-js-core.ts", import.meta.url);
    return startProcess({ name: "grpc-js", file, token: "none", bare: false, nodeArguments });
  },
  // Only attacks are measured with it, which start one each.
  "grpc-go": async () => nothingRunning("grpc-go"),
  nats: natsStarter(),
};

interface Running {
  readonly system: MeasuredSystem;
  readonly startAnew: StartSystem | undefined;
}

async function startAll(
  options: BenchOptions,
  measurements: readonly Measurement[],
): Promise<Running[]> {
  const { given, nodeArguments } = options;
  const startCore: StartSystem = (more = []) =>
    startOurCore({ nodeArguments: [...nodeArguments, ...more] });
  const running: Running[] = [
    given === undefined
      ? { system: await startCore(), startAnew: startCore }
      : { system: givenCore(given.url, given.token), startAnew: undefined },
  ];
  if (options.alone) return running;
  for (const [name, startAnew] of Object.entries(BASELINES)) {
    const isUsed = measurements.some(({ systems }) => systems.includes(name as SystemName));
    if (!isUsed || startAnew === undefined) continue;
    running.push({ system: await startAnew(), startAnew });
  }
  return running;
}

/** A core that somebody else started: `--url` and `--token`. */
function givenCore(url: URL, token: string): MeasuredSystem {
  return {
    name: "core",
    peer: { url, token, bare: false },
    pid: undefined,
    listeningAfterMs: undefined,
    inspector: () => undefined,
    close: async () => undefined,
  };
}

/** A system that a measurement starts itself, as often as it needs one. */
function nothingRunning(name: SystemName): MeasuredSystem {
  return { ...givenCore(new URL("http://localhost"), "none"), name };
}

/** Each system in turn within a round, so that a change in the machine's load affects all of them. */
async function measureAll(
  measurements: readonly Measurement[],
  running: readonly Running[],
  options: BenchOptions,
): Promise<Results> {
  const results = new Results();
  for (const measurement of measurements) {
    const rounds = measurement.once === true ? 1 : options.rounds;
    const shapes = measurement.shaped ? options.shapes : options.shapes.slice(0, 1);
    for (let round = 1; round <= rounds; round++) {
      for (const shape of shapes) {
        // Rows of the shape that is quoted have no name behind them.
        const label = measurement.shaped && shape.name !== "real" ? `, ${shape.name}` : "";
        for (const subject of running) {
          const { name } = subject.system;
          if (!measurement.systems.includes(name)) continue;
          console.error(`${measurement.name}${label}, round ${round} of ${rounds}: ${name}`);
          const samples = await measurement.measure(subject, { ...options.plan, shape });
          results.add(
            name,
            samples.map((sample) => ({ ...sample, row: `${sample.row}${label}` })),
          );
        }
      }
    }
  }
  return results;
}

function choose({ only, plan }: BenchOptions): readonly Measurement[] {
  const unknown = only.filter((name) => !ALL.some((each) => each.name === name));
  if (unknown.length > 0) throw new Error(`--only: there is no ${unknown.join(", ")}`);
  return ALL.filter(
    (each) =>
      (only.length === 0 ? each.onlyIfNamed !== true : only.includes(each.name)) &&
      (each.isWanted?.(plan) ?? true),
  );
}

async function keep(results: readonly Result[], { rounds, plan }: BenchOptions): Promise<void> {
  appendRecord(recordOf(results, { rounds, ms: plan.ms }));
  await writeGraph(fileURLToPath(new URL("..", import.meta.url)));
  console.error("bench: recorded in bench/history.jsonl, drawn in docs/performance.svg");
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(USAGE);
    return;
  }
  const measurements = choose(options);
  const running = await startAll(options, measurements);
  try {
    const results = (await measureAll(measurements, running, options)).all();
    const core = options.given === undefined ? OUR_CORE_SETTINGS : options.given.url.origin;
    const machine = `${describeMachine()}, Node ${process.versions.node}`;
    console.log(`\n${machine}; ${core}\n`);
    console.log(options.markdown ? markdown(results) : table(results));
    if (options.record) await keep(results, options);
    if (options.json === undefined) return;
    const date = new Date().toISOString();
    await writeFile(options.json, `${JSON.stringify({ date, machine, core, results }, null, 2)}\n`);
  } finally {
    await Promise.all(running.map(({ system }) => system.close()));
  }
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
