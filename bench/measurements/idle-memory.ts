/** What an event stream costs on which nothing happens: resident memory of a fresh process. */
import { readFile } from "node:fs/promises";
import { pause } from "../load/stopwatch.ts";
import { openConnections, Subscriber } from "../load/subscriber.ts";
import type { Measurement, Sample, Subject } from "../measurement.ts";
import type { Target } from "../targets/target.ts";

const PER_CONNECTION = 50;
const PAGE_KB = 4;
const SETTLE_MS = 500;
const MOST_SETTLING = 20;

export const idleMemory: Measurement = {
  name: "idle-memory",
  targets: ["core", "ceiling", "grpc-js"],
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
  const target = await startAnew();
  try {
    // The first ones bring code and tables that later ones share.
    const first = await open(target, Math.max(1, Math.ceil(connections / 10)), each);
    const before = await settledKb(target);
    const rest = await open(target, connections, each);
    const value = ((await settledKb(target)) - before) / (connections * each);
    for (const connection of [...first, ...rest]) connection.close();
    return [{ row, unit: "KB", value, better: "less" }];
  } finally {
    await target.close();
  }
}

async function open(target: Target, count: number, each: number) {
  const connections = await openConnections(target.peer, count);
  for (const connection of connections) {
    const streams = Array.from({ length: each }, () => Subscriber.open(connection, target.peer));
    await Promise.all(streams);
  }
  return connections;
}

/** Resident memory once it no longer changes. */
async function settledKb(target: Target): Promise<number> {
  let last = Number.NaN;
  for (let round = 0; round < MOST_SETTLING; round++) {
    await pause(SETTLE_MS);
    const pages = (await readFile(`/proc/${target.pid}/statm`, "utf8")).split(" ")[1];
    const kb = Number(pages) * PAGE_KB;
    if (Math.abs(kb - last) < 256) return kb;
    last = kb;
  }
  return last;
}
