/** What the transport holds now, as gauges. */
import type { ServerStats } from "../transport/server.ts";
import type { Metrics } from "./metrics.ts";

type Gauge = readonly [name: string, help: string, key: keyof ServerStats];

const GAUGES: readonly Gauge[] = [
  ["seabird_open_calls", "Open calls and streams", "openCalls"],
  [
    "seabird_request_buffer_bytes",
    "Bytes of requests that have not arrived whole, or wait to be handled",
    "requestBufferBytes",
  ],
  ["seabird_held_bytes", "Bytes that are held in memory for peers", "heldBytes"],
  [
    "seabird_active_timeouts",
    "Timeouts of connections, calls and streams that are running",
    "activeTimeouts",
  ],
];

/** Shows them, as they are when they are asked for. */
export function showServer(metrics: Pick<Metrics, "show">, stats: () => ServerStats): void {
  for (const [name, help, key] of GAUGES) metrics.show(name, help, () => stats()[key]);
}
