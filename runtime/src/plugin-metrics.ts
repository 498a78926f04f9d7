/** The figures of a plugin for Prometheus: their form and bounds, checked where they elsewhere. */
import { isRecord } from "./ipc-messages.ts";

export interface PluginMetric {
  /**
   * Lower-case letters, digits and `_`; of a counter it ends in `_total`. Prometheus sees
   * `seabird_plugin_` with the plugin's name in front.
   */
  readonly name: string;
  /** One line, up to 200 characters. */
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly PluginSample[];
}

export interface PluginSample {
  /**
   * Up to five, the same ones in all samples of a metric, with values of up to 200 characters. Only those
   * with few values: each combination is a time series. Default: none.
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly value: number;
}

/** Up to 50, with 10,000 samples together. */
export type PluginMetrics = readonly PluginMetric[];

const MAX_METRICS = 50;
const MAX_SAMPLES = 10_000;
const MAX_LABELS = 5;
const MAX_CHARACTERS = 200;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Throws an Error that says what is wrong: one such metric spoils a whole scrape. */
export function checkPluginMetrics(value: unknown): PluginMetrics {
  if (!Array.isArray(value)) throw new Error("metrics have to be a list");
  if (value.length > MAX_METRICS) throw new Error(`a plugin has at most ${MAX_METRICS} metrics`);
  const metrics = value.map(checkMetric);
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`there are two metrics ${twice}`);
  const samples = metrics.reduce((sum, metric) => sum + metric.samples.length, 0);
  if (samples > MAX_SAMPLES) {
    throw new Error(`a plugin has at most ${MAX_SAMPLES} samples; there are ${samples}`);
  }
  return metrics;
}

function checkMetric(value: unknown): PluginMetric {
  const { name, help, type, samples } = isRecord(value) ? value : {};
  if (typeof name !== "string" || !NAME.test(name)) {
    throw new Error(`a metric's name fits ${NAME}; got ${shown(name)}`);
  }
  const wrong = (what: string) => new Error(`metric ${name}: ${what}`);
  if (type !== "counter" && type !== "gauge") throw wrong("its type is counter or gauge");
  if (type === "counter" && !name.endsWith("_total")) {
    throw wrong("the name of a counter ends in _total");
  }
  if (!isShortText(help)) throw wrong(`help is a text of up to ${MAX_CHARACTERS} characters`);
  if (!Array.isArray(samples)) throw wrong("samples is a list");
  const seen = new Set<string>();
  let labelNames: string | undefined;
  const checked = samples.map((sample: unknown): PluginSample => {
    const { labels = {}, value: number } = isRecord(sample) ? sample : {};
    if (typeof number !== "number" || !Number.isFinite(number)) {
      throw wrong(`a value is a number; got ${shown(number)}`);
    }
    if (!isLabels(labels)) {
      throw wrong(
        `labels are up to ${MAX_LABELS} texts of up to ${MAX_CHARACTERS} characters, named as metrics are`,
      );
    }
    const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const own = entries.map(([label]) => label).join();
    labelNames ??= own;
    if (own !== labelNames) throw wrong("all samples have the same labels");
    const key = JSON.stringify(entries);
    if (seen.has(key)) throw wrong(`two samples have the labels ${shown(labels)}`);
    seen.add(key);
    return { labels, value: number };
  });
  return { name, help: help.replace(/\s+/g, " "), type, samples: checked };
}

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  if (!isRecord(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_LABELS &&
    entries.every(([name, text]) => NAME.test(name) && isShortText(text))
  );
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_CHARACTERS;
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, MAX_CHARACTERS);
}
