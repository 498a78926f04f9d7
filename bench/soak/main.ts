/**
 * `npm run soak`: an hour of mixed traffic over real servers on this machine, with people whose
 * clients are not ours, while connections are cut. See bench/README.md.
 */
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { PluginClient } from "@seabird-chat/sdk";
import type { LocalNetwork } from "../../test/support/local-network.ts";
import { LOCAL_TYPES, startLocalNetworks } from "../../test/support/local-networks.ts";
import { channelIdOf, startNetworksProject } from "../../test/support/networks-project.ts";
import type { RunningProject } from "../../test/support/running-project.ts";
import { pause } from "../load/stopwatch.ts";
import { INSPECTABLE, inspectorIn } from "../systems/collect-garbage.ts";
import { Scope } from "../systems/scope.ts";
import { MemoryOfProcess } from "./memory.ts";
import { NetworkRun } from "./network-run.ts";
import { problemsOf, type SoakReport, soakTables } from "./report.ts";

const USAGE = `npm run soak -- [options]

  --minutes N          how long (default: 60)
  --rate N             messages a second, of all networks and directions together (default: 10)
  --networks A,B       which of ${LOCAL_TYPES.join(", ")} (default: all)
  --json FILE          the figures once more, for programs
  --logs FOLDER        where the logs of the components are copied to at the end
`;

const MINUTE_MS = 60_000;
/** How long the last messages may be under way. */
const DRAIN_MS = 30_000;
/** How often the memory is looked at; at least six times in a run. */
const MEMORY_EVERY_MS = 2 * MINUTE_MS;

/** As of any program that was ended by a person. */
const EXIT_STOPPED = 130;

interface Options {
  readonly minutes: number;
  readonly rate: number;
  readonly networks: readonly LocalNetwork["type"][];
  readonly json: string | undefined;
  readonly logs: string | undefined;
}

/** Undefined: the usage was asked for. */
function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h", default: false },
      minutes: { type: "string", default: "60" },
      rate: { type: "string", default: "10" },
      networks: { type: "string", default: LOCAL_TYPES.join(",") },
      json: { type: "string" },
      logs: { type: "string" },
    },
  });
  if (values.help) return undefined;
  const networks = values.networks.split(",").map((name) => {
    const type = LOCAL_TYPES.find((each) => each === name);
    if (type !== undefined) return type;
    throw new Error(`--networks: there is no ${name}; there are ${LOCAL_TYPES.join(", ")}`);
  });
  const number = (name: "minutes" | "rate", most: number) => {
    const value = Number(values[name]);
    if (value > 0 && value <= most) return value;
    throw new Error(`--${name} is ${values[name]}; allowed is more than 0, up to ${most}`);
  };
  return {
    minutes: number("minutes", 1_440),
    rate: number("rate", 1_000),
    networks,
    json: values.json,
    logs: values.logs,
  };
}

async function watchMemory(project: RunningProject): Promise<readonly MemoryOfProcess[]> {
  const { components, pid } = await project.status();
  const watched = components.flatMap(({ name, pid: own }) =>
    own === undefined ? [] : [{ name, pid: own, log: `${name.replace("/", "+")}.log` }],
  );
  const inspectorOf = (text: () => string) => {
    let found: string | undefined;
    return () => {
      found ??= inspectorIn(text());
      return found;
    };
  };
  return [
    ...watched.map(({ log, ...process }) => {
      return new MemoryOfProcess({ ...process, inspector: inspectorOf(() => project.log(log)) });
    }),
    new MemoryOfProcess({ name: "up", pid, inspector: inspectorOf(() => project.errors) }),
  ];
}

/** Deals the events to the networks until the client is closed. */
async function deal(plugin: PluginClient, runs: readonly NetworkRun[]): Promise<void> {
  for await (const event of plugin.events()) for (const run of runs) run.handle(event);
}

/** In turn over networks and directions, each at its time, whatever the earlier ones do. */
async function traffic(runs: readonly NetworkRun[], { minutes, rate }: Options): Promise<void> {
  const startMs = performance.now();
  const endMs = startMs + minutes * MINUTE_MS;
  for (let turn = 0; performance.now() < endMs; turn++) {
    const run = runs[turn % runs.length];
    const round = Math.floor(turn / runs.length);
    const number = Math.floor(round / 2);
    void (round % 2 === 0 ? run?.sayInbound(number) : run?.sayOutbound(number));
    for (const each of runs) each.listen();
    await pause(Math.max(0, startMs + ((turn + 1) * 1_000) / rate - performance.now()));
  }
}

/** Each network once a minute, one after the other. */
async function cuts(runs: readonly NetworkRun[], signal: AbortSignal): Promise<void> {
  for (let turn = 0; ; turn++) {
    await pause(MINUTE_MS / runs.length);
    if (signal.aborted) return;
    void runs[turn % runs.length]?.cut();
  }
}

async function sampling(
  memory: readonly MemoryOfProcess[],
  { minutes }: Options,
  signal: AbortSignal,
): Promise<void> {
  const everyMs = Math.min(MEMORY_EVERY_MS, (minutes * MINUTE_MS) / 6);
  while (!signal.aborted) {
    for (const each of memory) await each.sample(performance.now());
    await pause(everyMs);
  }
}

async function soak(scope: Scope, options: Options): Promise<SoakReport> {
  const networks = (await startLocalNetworks(scope, options.networks)) ?? [];
  const env = { NODE_OPTIONS: INSPECTABLE.join(" ") };
  const { project, plugin } = await startNetworksProject(scope, networks, { env });
  const runs = networks.map((network) => {
    return new NetworkRun(network, plugin, channelIdOf(network));
  });
  void deal(plugin, runs);
  const memory = await watchMemory(project);
  const over = new AbortController();
  const beside = [sampling(memory, options, over.signal), cuts(runs, over.signal)];
  const progress = setInterval(() => {
    console.error(soakTables(report([], performance.now() - DRAIN_MS)));
  }, MINUTE_MS * 5);
  const report = (restarts: readonly string[], underWayFromMs?: number): SoakReport => ({
    minutes: options.minutes,
    networks: runs.map((run) => run.row(underWayFromMs)),
    memory: memory.map((each) => each.row()),
    restarts,
  });
  try {
    await Promise.race([traffic(runs, options), ...beside]);
    over.abort();
    await drain(runs);
    for (const each of memory) await each.sample(performance.now());
    const { components } = await project.status();
    return report(components.flatMap(({ name, restarts }) => (restarts > 0 ? [name] : [])));
  } finally {
    clearInterval(progress);
    over.abort();
    if (options.logs !== undefined) {
      await cp(join(project.folder, ".seabird/logs"), options.logs, { recursive: true });
    }
  }
}

async function drain(runs: readonly NetworkRun[]): Promise<void> {
  const endMs = performance.now() + DRAIN_MS;
  while (performance.now() < endMs && runs.some((run) => run.isWaiting())) {
    await pause(100);
    for (const run of runs) run.listen();
  }
}

const options = readOptions(process.argv.slice(2));
if (options === undefined) {
  console.log(USAGE);
} else {
  const scope = new Scope("soak");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // The servers and the project are processes of their own.
    process.once(signal, () => void scope.close().finally(() => process.exit(EXIT_STOPPED)));
  }
  try {
    const report = await soak(scope, options);
    console.log(soakTables(report));
    if (options.json !== undefined) await writeFile(options.json, JSON.stringify(report, null, 2));
    if (problemsOf(report).length > 0) process.exitCode = 1;
  } finally {
    await scope.close();
  }
  process.exit();
}
