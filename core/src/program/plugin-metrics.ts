/** The figures of the plugins of the same run: the supervisor collects them while `/metrics` is read. */
import {
  errorMessage,
  hasSupervisor,
  onSupervisorMessage,
  type PluginStatus,
  sendToSupervisor,
} from "@seabird-chat/runtime";
import type { PluginMetric } from "@seabird-chat/runtime/plugin-metrics";
import type { Family } from "../metrics/counters.ts";
import type { Metrics } from "../metrics/metrics.ts";

/** The supervisor waits 1 s for plugins. After this time a scrape goes on without them. */
const ANSWER_MS = 1_500;
/** Plugins whose last problem is remembered, so that it is logged once. */
const MAX_PROBLEMS = 64;

interface WarningLog {
  warn(fields: object, message: string): void;
}

/** Returns the undo. Does nothing without a supervisor. */
export function showPluginMetrics(
  metrics: Pick<Metrics, "showPlugins">,
  log: WarningLog,
): () => void {
  if (!hasSupervisor()) return () => undefined;
  const source = new PluginMetricsSource(log);
  metrics.showPlugins(() => source.families());
  return onSupervisorMessage((message) => {
    if (message.type === "plugin-metrics") source.answered(message.plugins);
  });
}

class PluginMetricsSource {
  readonly #log: WarningLog;
  readonly #problems = new Map<string, string>();
  #asked: PromiseWithResolvers<readonly PluginStatus[]> | undefined;
  /** The parent process did not answer, perhaps since it is no supervisor of ours: it is not waited for. */
  #isSilent = false;

  constructor(log: WarningLog) {
    this.#log = log;
  }

  /** Several scrapes at once are one question. */
  async families(): Promise<readonly Family[]> {
    const { checkPluginMetrics } = await import("@seabird-chat/runtime/plugin-metrics");
    const statuses = await this.#ask();
    return statuses.flatMap((status) => {
      const { plugin } = status;
      try {
        if ("error" in status) throw new Error(status.error);
        const metrics = checkPluginMetrics(JSON.parse(status.json));
        this.#problems.delete(plugin);
        return metrics.map((metric) => familyOf(plugin, metric));
      } catch (reason) {
        this.#missing(plugin, errorMessage(reason));
        return [];
      }
    });
  }

  answered(plugins: readonly PluginStatus[]): void {
    this.#isSilent = false;
    this.#asked?.resolve(plugins);
  }

  async #ask(): Promise<readonly PluginStatus[]> {
    const asked = this.#asked ?? this.#begin();
    return await asked.promise;
  }

  #begin(): PromiseWithResolvers<readonly PluginStatus[]> {
    const asked = Promise.withResolvers<readonly PluginStatus[]>();
    const giveUp = () => {
      this.#isSilent = true;
      asked.resolve([]);
    };
    const late = setTimeout(giveUp, this.#isSilent ? 0 : ANSWER_MS);
    this.#asked = asked;
    if (!sendToSupervisor({ type: "plugin-metrics" })) asked.resolve([]);
    void asked.promise.then(() => {
      clearTimeout(late);
      this.#asked = undefined;
    });
    return asked;
  }

  #missing(plugin: string, why: string): void {
    if (this.#problems.get(plugin) === why) return;
    if (this.#problems.size >= MAX_PROBLEMS) this.#problems.clear();
    this.#problems.set(plugin, why);
    this.#log.warn({ plugin, why }, "the metrics of a plugin are missing");
  }
}

function familyOf(plugin: string, { name, help, type, samples }: PluginMetric): Family {
  const prefix = plugin.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  return {
    ...{ name: `seabird_plugin_${prefix}_${name}`, help, type },
    samples: () => samples.map(({ labels = {}, value }) => ({ labels, value })),
  };
}
