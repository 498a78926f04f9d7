/** The sizes of the connected backends by their types, read at each scrape. */
import type { BackendStatus } from "../broker/status/status.ts";
import { GaugesFamily } from "./counters.ts";

export type BackendSizes = Pick<
  BackendStatus,
  "type" | "channels" | "requestsInFlight" | "requestsQueued"
>;

const GAUGES: readonly [keyof Omit<BackendSizes, "type">, string, string][] = [
  ["channels", "channels", "Channels tracked, by type of backend"],
  ["requestsInFlight", "requests_in_flight", "Requests that wait for an answer, by type"],
  ["requestsQueued", "requests_queued", "Requests not yet sent to backends, by type"],
];

/** `label`: what a type is called, so that the number of labels is bounded. */
export function backendGauges(
  backends: () => Iterable<BackendSizes>,
  label: (type: string) => string,
): readonly GaugesFamily[] {
  return GAUGES.map(([key, name, help]) => {
    const read = () => {
      const sums = new Map<string, number>();
      for (const backend of backends()) {
        const type = label(backend.type);
        sums.set(type, (sums.get(type) ?? 0) + backend[key]);
      }
      return sums;
    };
    return new GaugesFamily(`seabird_backend_${name}`, help, "backend_type", read);
  });
}
