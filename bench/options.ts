/** The command line of `npm run bench`. */
import { parseArgs } from "node:util";
import type { Plan } from "./measurement.ts";
import { SHAPE_NAMES, Shape, type ShapeName } from "./shapes/shape.ts";

export interface BenchOptions {
  readonly help: boolean;
  /** A core that is running already, instead of ours. */
  readonly given: { readonly url: URL; readonly token: string } | undefined;
  /** Only these measurements; empty: all. */
  readonly only: readonly string[];
  /** Without the baselines. */
  readonly alone: boolean;
  readonly rounds: number;
  readonly json: string | undefined;
  /** Prints the quoted figures as Markdown. */
  readonly markdown: boolean;
  /** Appends the figures to the history. */
  readonly record: boolean;
  readonly nodeArguments: readonly string[];
  /** Each shape is measured in turn. */
  readonly shapes: readonly Shape[];
  readonly plan: Omit<Plan, "shape">;
}

export const USAGE = `npm run bench -- [options]

  --quick              a few minutes, and less exact
  --only NAME,NAME     fan-out, shapes, latency, actions, waiting, burst, idle-memory, start-up,
                       sdk-plugin, sdk-heap, sdk-backend, sdk-action, bridge, bridge-latency,
                       cold-start, project-memory, attacks
  --shape NAME,NAME    what events and actions look like: plain, tagged, real (default: real)
  --url URL            a core that is running already (plaintext), with
  --token TOKEN        a token that may be a plugin and any backend
  --alone              without the ceiling, the grpc-js core and NATS
  --rounds N           how often each is measured, in turn
  --ms N               milliseconds of each measurement
  --streams N,N        numbers of event streams for fan-out
  --attack NAME,NAME   attacks of test/attacks (default: all)
  --attack-ms N        milliseconds of each attack, 10,000 at most (default: 5,000)
  --heap-events N      events after which sdk-heap looks at the heap
  --json FILE          the results once more, for programs
  --markdown           the figures that are quoted, as a table in Markdown
  --record             appends the figures to bench/history.jsonl and draws the graph again
  --node-argument ARG      for our core's Node, such as --cpu-prof; may be repeated
  --sdk-node-argument ARG  for the Node of programs on our SDK; may be repeated
`;

const MAX_ATTACK_MS = 10_000;

const FULL: BenchOptions["plan"] = {
  ms: 3_000,
  streams: [1, 5, 10, 100, 1_000],
  idleStreams: 2_000,
  burstEvents: 50_000,
  waitingActions: 10_000,
  starts: 3,
  heapEvents: 1_000_000,
  attacks: [],
  attackMs: 5_000,
  coreNodeArguments: [],
  sdkNodeArguments: [],
};

const QUICK: BenchOptions["plan"] = {
  ...FULL,
  ms: 500,
  streams: [1, 100],
  idleStreams: 1_000,
  starts: 1,
  heapEvents: 20_000,
  attackMs: 2_000,
};

/** Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h", default: false },
      quick: { type: "boolean", default: false },
      alone: { type: "boolean", default: false },
      only: { type: "string" },
      shape: { type: "string", default: "real" },
      url: { type: "string" },
      token: { type: "string" },
      rounds: { type: "string" },
      ms: { type: "string" },
      streams: { type: "string" },
      json: { type: "string" },
      markdown: { type: "boolean", default: false },
      record: { type: "boolean", default: false },
      "node-argument": { type: "string", multiple: true, default: [] },
      "sdk-node-argument": { type: "string", multiple: true, default: [] },
      "heap-events": { type: "string" },
      attack: { type: "string" },
      "attack-ms": { type: "string" },
    },
  });
  const base = values.quick ? QUICK : FULL;
  const number = (name: "rounds" | "ms" | "heap-events" | "attack-ms", byDefault: number) =>
    values[name] === undefined ? byDefault : count(`--${name}`, values[name]);
  const streams = values.streams?.split(",").map((each) => count("--streams", each));
  if (values.record && values.url !== undefined) {
    throw new Error("--record keeps figures of this checkout, and --url measures another core");
  }
  return {
    help: values.help,
    given: readGiven(values.url, values.token),
    only: values.only?.split(",") ?? [],
    alone: values.alone,
    rounds: number("rounds", values.quick ? 1 : 5),
    json: values.json,
    markdown: values.markdown,
    record: values.record,
    nodeArguments: values["node-argument"],
    shapes: values.shape.split(",").map(readShape),
    plan: {
      ...base,
      ms: number("ms", base.ms),
      streams: streams ?? base.streams,
      heapEvents: number("heap-events", base.heapEvents),
      attacks: values.attack?.split(",") ?? base.attacks,
      attackMs: Math.min(MAX_ATTACK_MS, number("attack-ms", base.attackMs)),
      coreNodeArguments: values["node-argument"],
      sdkNodeArguments: values["sdk-node-argument"],
    },
  };
}

function readGiven(url: string | undefined, token: string | undefined): BenchOptions["given"] {
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || new URL(url).protocol !== "http:") {
    throw new Error(`--url is ${url}; allowed is http://host:port`);
  }
  if (token === undefined) throw new Error("--url needs --token");
  return { url: new URL(url), token };
}

function readShape(name: string): Shape {
  if (SHAPE_NAMES.some((each) => each === name)) return new Shape(name as ShapeName);
  throw new Error(`--shape: there is no ${name}; there are ${SHAPE_NAMES.join(", ")}`);
}

function count(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number >= 1 && number <= 1_000_000) return number;
  throw new Error(`${name}: ${value} is no whole number from 1 to 1,000,000`);
}
