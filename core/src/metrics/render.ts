/** Writes the counters as Prometheus text with prom-client; loaded at the first scrape. */
import { collectDefaultMetrics, type Metric, Registry } from "prom-client";
import type { Family } from "./counters.ts";

export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/** Makes a renderer, and starts to watch the process and its event loop. */
export function createRenderer(): (families: readonly Family[]) => Promise<RenderedMetrics> {
  const ofProcess = new Registry();
  collectDefaultMetrics({ register: ofProcess });
  return async (families) => {
    const registry = new Registry();
    for (const family of families) registry.registerMetric(asMetric(family));
    const body = `${await registry.metrics()}\n${await ofProcess.metrics()}`;
    return { contentType: registry.contentType, body };
  };
}

/** The registry asks a metric for its values by `get` alone, whatever its class. */
function asMetric(family: Family): Metric {
  const { name, help, type } = family;
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, values: family.samples() }),
  };
  return metric as unknown as Metric;
}
