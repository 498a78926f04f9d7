/** The bridge's figures for Prometheus, by link and by the backend that it leads to. */

import type { BridgeDestination } from "@seabird-chat/runtime/bridge-status";
import type { PluginMetric, PluginMetrics } from "@seabird-chat/runtime/plugin-metrics";
import { backendOfChannel } from "./links.ts";
import { statusOf } from "./status.ts";

type Parts = Parameters<typeof statusOf>[0];

/** A link and a backend; no label names a channel, which may be private. */
interface Way {
  readonly link: string;
  readonly backend: string;
  readonly to: readonly BridgeDestination[];
}

/** Ways, and links, that have figures. */
const MAX_WAYS = 500;
const MAX_LABEL_CHARACTERS = 200;
const MS_PER_SECOND = 1_000;

const OF_WAYS: readonly (Omit<PluginMetric, "samples"> & {
  /** Undefined: there is no such figure yet. */
  readonly read: (to: readonly BridgeDestination[]) => number | undefined;
})[] = [
  {
    ...{ name: "waiting", type: "gauge", help: "Deliveries that wait" },
    read: sumOf("waiting"),
  },
  {
    ...{ name: "delivered_total", type: "counter", help: "Messages, edits and the like delivered" },
    read: sumOf("delivered"),
  },
  {
    ...{ name: "refused_total", type: "counter", help: "Those that the network or core refused" },
    read: sumOf("refused"),
  },
  {
    ...{ name: "dropped_total", type: "counter", help: "Those that were too many or too old" },
    read: sumOf("dropped"),
  },
  {
    ...{ name: "unknown_total", type: "counter", help: "Those that were sent and never confirmed" },
    read: sumOf("unknown"),
  },
  {
    ...{ name: "failures_total", type: "counter", help: "Attempts that failed" },
    read: sumOf("failures"),
  },
  {
    ...{ name: "failing", type: "gauge", help: "Channels that cannot be delivered to now" },
    read: (to) => to.filter(({ failure }) => failure !== undefined).length,
  },
  {
    ...{ name: "last_delivery_timestamp_seconds", type: "gauge" },
    help: "When something was delivered last; of several channels the one that waits for longest",
    read: (to) => {
      const times = to.flatMap(({ lastAtMs }) => lastAtMs ?? []);
      return times.length === 0 ? undefined : Math.min(...times) / MS_PER_SECOND;
    },
  },
];

const OF_LINKS: readonly (Omit<PluginMetric, "samples"> & {
  readonly read: (link: ReturnType<typeof statusOf>["links"][number]) => number;
})[] = [
  {
    ...{ name: "paused", type: "gauge", help: "1 while a link is paused" },
    read: ({ isPaused }) => Number(isPaused),
  },
  {
    ...{
      name: "crossed_total",
      type: "counter",
      help: "Messages and the like that crossed a link",
    },
    read: ({ crossed }) => crossed,
  },
  {
    ...{
      name: "held_back_total",
      type: "counter",
      help: "Those that did not, since it was paused",
    },
    read: ({ heldBack }) => heldBack,
  },
];

export function metricsOf(run: Parts): PluginMetrics {
  const links = statusOf(run).links.slice(0, MAX_WAYS);
  const ways = links.flatMap(({ name, to }) => waysOf(name, to)).slice(0, MAX_WAYS);
  return [
    ...OF_WAYS.map(({ read, ...metric }) => ({
      ...metric,
      samples: ways.flatMap(({ link, backend, to }) => {
        const value = read(to);
        return value === undefined ? [] : [{ labels: { link, backend }, value }];
      }),
    })),
    ...OF_LINKS.map(({ read, ...metric }) => ({
      ...metric,
      samples: links.map((link) => ({ labels: { link: link.name }, value: read(link) })),
    })),
  ];
}

function waysOf(link: string, to: readonly BridgeDestination[]): readonly Way[] {
  const byBackend = Map.groupBy(to, ({ channel }) => backendOfChannel(channel));
  return [...byBackend].map(([id, destinations]) => ({
    ...{ link, to: destinations },
    backend: id.replace("://", "/").slice(0, MAX_LABEL_CHARACTERS),
  }));
}

function sumOf(key: "waiting" | "delivered" | "refused" | "dropped" | "unknown" | "failures") {
  return (to: readonly BridgeDestination[]) => to.reduce((sum, each) => sum + each[key], 0);
}
