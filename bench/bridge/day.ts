/**
 * A day's traffic over the bridge, on a clock that stands still: what arrived where, and the heap once an hour.
 * `node bench/bridge/day.ts [messages] [hours]`; the exit code is 1 if anything was lost unannounced, doubled or
 * out of order, or if the heap is not flat.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { testbed } from "@seabird-chat/testkit";
import { bridge } from "../../plugins/src/bridge/index.ts";
import {
  brokenPromises,
  busyDay,
  DAY_LINK,
  DAY_NETWORKS,
} from "../../plugins/src/bridge/test/busy-day.ts";
import { type Point, slopePerHour } from "../soak/memory.ts";

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;
/** Beneath the most that the bridge carries in ten seconds. */
const BURST = 30;
/** Real milliseconds: a thousand messages at once, when the frozen network is back. */
const BUSY_MS = 300_000;
/** Caches fill, code is compiled, and a network freezes until then. */
const WARM_UP_HOURS = 6;
/** Days that are shorter do not tell growth from warming up. */
const JUDGED_HOURS = 12;
/** What the heap may grow in an hour: 60 bytes for each message of a full day. */
const FLAT_MIB_PER_HOUR = 0.25;

const messages = Number(process.argv[2] ?? 100_000);
const hours = Number(process.argv[3] ?? 24);
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap: Point[] = [];
const startedAt = performance.now();

function onHour(hour: number): void {
  collect();
  collect();
  const value = process.memoryUsage().heapUsed / MIB;
  heap.push({ atMs: hour * HOUR_MS, value });
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(`hour ${hour}: heap ${value.toFixed(1)} MiB, after ${minutes} min`);
}

const folder = await mkdtemp(join(tmpdir(), "seabird-bridge-day-"));
try {
  const database = join(folder, "bridge.db");
  const config = { bridge: { links: { lobby: DAY_LINK }, database } };
  await using bed = await testbed({
    plugins: [bridge],
    backends: DAY_NETWORKS,
    config,
    timeoutMs: BUSY_MS,
  });
  const report = await busyDay(bed, { messages, hours, hourMs: HOUR_MS, burst: BURST, onHour });
  console.table(report.arrivals);
  for (const [network, lines] of Object.entries(report.notices)) {
    console.log(`the bridge says on ${network}:`, lines);
  }
  const slope = slopePerHour(heap.filter(({ atMs }) => atMs > WARM_UP_HOURS * HOUR_MS));
  const broken = [...brokenPromises(report)];
  if (hours >= JUDGED_HOURS && slope > FLAT_MIB_PER_HOUR) broken.push("the heap is not flat");
  const cpu = process.cpuUsage();
  const cpuMs = (cpu.user + cpu.system) / 1_000;
  console.log(
    `${messages} messages, ${report.doings - messages} edits, deletions and reactions; ` +
      `${(cpuMs / report.doings).toFixed(2)} ms of processor each, core and networks included; ` +
      `heap ${slope.toFixed(3)} MiB an hour`,
  );
  for (const each of broken) console.error(`broken: ${each}`);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
