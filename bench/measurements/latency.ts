/** How long an event takes from the backend to each stream, at a rate that every core bears. */
import { build } from "hdr-histogram-js";
import { Audience } from "../load/audience.ts";
import { countFor } from "../load/stopwatch.ts";
import type { Measurement } from "../measurement.ts";

const RATE_PER_SECOND = 1_000;
const STREAMS = 10;
const REMEMBERED = 65_536;

export const latency: Measurement = {
  name: "latency",
  targets: ["core", "ceiling", "grpc-js"],
  async measure({ target }, plan) {
    const audience = await Audience.gather(target.peer, STREAMS);
    const histogram = build({ lowestDiscernibleValue: 1, numberOfSignificantValueDigits: 3 });
    const sentAt = new Float64Array(REMEMBERED);
    audience.onDelivery = (event) => {
      const tookMs = performance.now() - (sentAt[event % REMEMBERED] ?? 0);
      histogram.recordValue(Math.max(1, Math.round(tookMs * 1000)));
    };
    const startedAt = performance.now();
    const timer = setInterval(() => {
      const due = ((performance.now() - startedAt) / 1000) * RATE_PER_SECOND;
      while (audience.sent < due) {
        sentAt[audience.sent % REMEMBERED] = performance.now();
        audience.send(audience.line, 1);
      }
    }, 1);
    const { loadBusy } = await countFor({
      ms: plan.ms,
      count: () => audience.deliveries,
      pid: target.pid,
      begin: () => histogram.reset(),
    });
    clearInterval(timer);
    await audience.close();
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
