/**
 * What an event costs a plugin on our SDK: with one handler for it, and with none for its kind.
 * At most three batches are not yet with the plugin, fewer events than it queues of one channel.
 */
import { Backend } from "../load/backend.ts";
import { countFor, until } from "../load/stopwatch.ts";
import type { Measurement, Plan, Sample, Subject } from "../measurement.ts";
import { chatAction } from "../shapes/decoded.ts";
import { SdkProcess } from "../systems/sdk-process.ts";

/** Messages, which an action follows that the plugin answers to the bench. */
const BATCH = 64;
const BATCHES_UNDER_WAY = 3;
const MIB = 1_048_576;
const HEAP_TIMEOUT_MS = 600_000;

export const sdkPlugin: Measurement = {
  name: "sdk-plugin",
  systems: ["core"],
  shaped: true,
  async measure(subject, plan) {
    return [
      ...(await run(subject, plan, { handles: true, what: "handled event" })),
      ...(await run(subject, plan, { handles: false, what: "event without a handler" })),
    ];
  },
};

interface Variant {
  readonly handles: boolean;
  readonly what: string;
}

async function run({ system }: Subject, plan: Plan, { handles, what }: Variant): Promise<Sample[]> {
  const { peer } = system;
  const { shape } = plan;
  const backend = await Backend.connect(peer, { shape, answers: true });
  const access = { url: peer.url.href, token: peer.token, shape: shape.name };
  const plugin = await SdkProcess.start(
    "sdk-plugin",
    { type: "plugin", handles, ...access },
    plan.sdkNodeArguments,
  );
  try {
    const message = backend.encode();
    const batch = Buffer.concat([
      ...Array.from({ length: BATCH }, () => message),
      chatAction(shape.name),
    ]);
    let events = 0;
    let isOver = false;
    let under = 0;
    const send = () => {
      under++;
      backend.send(batch);
    };
    plugin.onReport = (report) => {
      if (report.type !== "batch") return;
      events += BATCH;
      under--;
      if (!isOver) send();
    };
    for (let sent = 0; sent < BATCHES_UNDER_WAY; sent++) send();
    const { perSecond, processorUs, loadBusy } = await countFor({
      ms: plan.ms,
      count: () => events,
      pid: plugin.pid,
    });
    const before = (await plugin.ask({ type: "heap" }, "heap")).bytes;
    const from = events;
    await until(HEAP_TIMEOUT_MS, "events for the heap", () => events - from >= plan.heapEvents);
    isOver = true;
    await until(HEAP_TIMEOUT_MS, "end of the events", () => under === 0);
    const grown = (await plugin.ask({ type: "heap" }, "heap")).bytes - before;
    const count = plan.heapEvents.toLocaleString("en");
    const row = (row: string, unit: string, value: number, better: Sample["better"]) => ({
      row,
      unit,
      value,
      better,
    });
    return [
      { ...row(`SDK: ${what}`, "1/s", perSecond, "more"), loadBusy },
      ...(processorUs === undefined
        ? []
        : [row(`processor, SDK: ${what}`, "µs", processorUs, "less")]),
      row(`SDK: heap growth, ${count} times ${what}`, "MiB", grown / MIB, "less"),
    ];
  } finally {
    await plugin.close();
    backend.close();
  }
}
