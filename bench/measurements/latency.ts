/** How long an event takes from the backend to each stream, at a rate that every core bears. */
import { build } from "hdr-histogram-js";
import { countFor } from "../load/stopwatch.ts";
import { Subscribers } from "../load/subscribers.ts";
import type { Measurement } from "../measurement.ts";

const RATE_PER_SECOND = 1_000;
const STREAMS = 10;
const REMEMBERED = 65_536;

export const latency: Measurement = {
  name: "latency",
  systems: ["core", "ceiling", "grpc-js"],
  shaped: true,
  async measure({ system }, plan) {
    const subscribers = await Subscribers.open(system.peer, STREAMS, plan.shape);
    const histogram = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
    const sentAt = new Float64Array(REMEMBERED);
    subscribers.onDelivery = (event) => {
      const tookMs = performance.now() - (sentAt[event % REMEMBERED] ?? 0);
      histogram.recordValue(Math.max(1, Math.round(tookMs * 1000)));
    };
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * RATE_PER_SECOND;
      while (subscribers.sent < due) {
        sentAt[subscribers.sent % REMEMBERED] = performance.now();
        subscribers.send(subscribers.line, 1);
      }
    }, 1);
    const { loadBusy } = await countFor({
      ms: plan.ms,
      count: () => subscribers.deliveries,
      pid: system.pid,
      begin: () => histogram.reset(),
    });
    clearInterval(timer);
    await subscribers.close();
    const row = (percentile: number) => ({
      row: `delivery at ${RATE_PER_SECOND} events/s to ${STREAMS} streams, p${percentile}`,
      unit: "ms",
      value: histogram.getValueAtPercentile(percentile) / 1000,
      better: "less" as const,
      loadBusy,
    });
    return [row(50), row(99)];
  },
};
