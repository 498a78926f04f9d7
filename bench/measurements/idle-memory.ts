/**
 * What an event stream costs on which nothing happens: resident memory of a fresh process, before
 * and after it has collected the garbage that the opening of the streams has left.
 */
import { readFile } from "node:fs/promises";
import { pause } from "../load/stopwatch.ts";
import { openConnections, Subscriber } from "../load/subscriber.ts";
import type { Measurement, Sample, Subject } from "../measurement.ts";
import { collectGarbage, INSPECTABLE } from "../systems/collect-garbage.ts";
import type { MeasuredSystem } from "../systems/system.ts";

const PER_CONNECTION = 50;
const PAGE_KB = 4;
const SETTLE_MS = 500;
const MOST_SETTLING = 10;

export const idleMemory: Measurement = {
  name: "idle-memory",
  systems: ["core", "ceiling", "grpc-js"],
  shaped: false,
  async measure(subject, plan) {
    const { idleStreams } = plan;
    const shared = Math.ceil(idleStreams / PER_CONNECTION) * 2;
    return [
      ...(await run(subject, "idle stream, own connection", idleStreams, 1)),
      ...(await run(subject, `idle stream, ${PER_CONNECTION} on one`, shared, PER_CONNECTION)),
    ];
  },
};

async function run(
  { startAnew }: Subject,
  row: string,
  connections: number,
  each: number,
): Promise<Sample[]> {
  if (startAnew === undefined) return [];
  const system = await startAnew(INSPECTABLE);
  try {
    // The first ones bring code and tables that later ones share.
    await open(system, Math.max(1, Math.ceil(connections / 10)), each);
    await collectGarbage(system);
    const before = await settledKb(system);
    await open(system, connections, each);
    const perStream = async () => ((await settledKb(system)) - before) / (connections * each);
    const grown = await perStream();
    await collectGarbage(system);
    return [
      { row, unit: "KB", value: await perStream(), better: "less" },
      { row: `${row}, before a collection`, unit: "KB", value: grown, better: "less" },
    ];
  } finally {
    await system.close();
  }
}

/** Their connections stay until the process is closed. */
async function open(system: MeasuredSystem, count: number, each: number): Promise<void> {
  const connections = await openConnections(system.peer, count);
  for (const connection of connections) {
    const streams = Array.from({ length: each }, () => Subscriber.open(connection, system.peer));
    await Promise.all(streams);
  }
}

/** Resident memory once it no longer changes. */
async function settledKb(system: MeasuredSystem): Promise<number> {
  let last = Number.NaN;
  for (let round = 0; round < MOST_SETTLING; round++) {
    await pause(SETTLE_MS);
    const pages = (await readFile(`/proc/${system.pid}/statm`, "utf8")).split(" ")[1];
    const kb = Number(pages) * PAGE_KB;
    if (Math.abs(kb - last) < 256) return kb;
    last = kb;
  }
  return last;
}
