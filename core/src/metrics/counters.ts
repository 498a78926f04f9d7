/** Plain counters for the hot path: adding is a look-up in small maps and one addition. */

/** One sample, as prom-client writes it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Default: the family's name. */
  readonly metricName?: string;
}

/** All samples of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  samples(): Sample[];
}

/** A value for each combination of labels. The caller bounds the number of their values. */
export class CounterFamily implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly #cells: CellMap<{ value: number }>;
  /** The only cell, where there are no labels. */
  readonly #only: { value: number } | undefined;

  constructor(name: string, help: string, labels: readonly string[], type?: "gauge") {
    this.name = name;
    this.help = help;
    this.type = type ?? "counter";
    this.#cells = new CellMap(labels, () => ({ value: 0 }));
    this.#only = labels.length === 0 ? this.#cells.get("", "", "") : undefined;
  }

  add(amount: number, a = "", b = "", c = ""): void {
    const cell = this.#only ?? this.#cells.get(a, b, c);
    cell.value += amount;
  }

  samples(): Sample[] {
    return [...this.#cells].map(([labels, { value }]) => ({ labels, value }));
  }
}

/** Upper ends of a histogram's buckets, in milliseconds: from a local call's to a timeout. */
const BUCKETS_MS = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000];
const MS_PER_SECOND = 1_000;

interface Histogram {
  readonly counts: Float64Array;
  sumMs: number;
}

/** How long things took, for each combination of labels; shown in seconds. */
export class DurationFamily implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram" as const;
  readonly #cells: CellMap<Histogram>;

  constructor(name: string, help: string, labels: readonly string[]) {
    this.name = name;
    this.help = help;
    const size = BUCKETS_MS.length + 1;
    this.#cells = new CellMap(labels, () => ({ counts: new Float64Array(size), sumMs: 0 }));
  }

  observe(durationMs: number, a = "", b = ""): void {
    const histogram = this.#cells.get(a, b, "");
    let bucket = 0;
    while (bucket < BUCKETS_MS.length && durationMs > (BUCKETS_MS[bucket] ?? 0)) bucket++;
    histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
    histogram.sumMs += durationMs;
  }

  samples(): Sample[] {
    return [...this.#cells].flatMap(([labels, histogram]) => this.#samplesOf(labels, histogram));
  }

  #samplesOf(labels: Sample["labels"], { counts, sumMs }: Histogram): Sample[] {
    let total = 0;
    const buckets = [...counts].map((count, index) => {
      total += count;
      const end = BUCKETS_MS[index];
      const le = end === undefined ? "+Inf" : end / MS_PER_SECOND;
      return { metricName: `${this.name}_bucket`, labels: { ...labels, le }, value: total };
    });
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sumMs / MS_PER_SECOND },
      { metricName: `${this.name}_count`, labels, value: total },
    ];
  }
}

/** A number that is read at each scrape. */
export class GaugeFamily implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = "gauge" as const;
  readonly #read: () => number;

  constructor(name: string, help: string, read: () => number) {
    this.name = name;
    this.help = help;
    this.#read = read;
  }

  samples(): Sample[] {
    return [{ labels: {}, value: this.#read() }];
  }
}

/** A number for each value of one label, read at each scrape. The caller bounds their number. */
export class GaugesFamily implements Family {
  readonly name: string;
  readonly help: string;
  readonly type = "gauge" as const;
  readonly #label: string;
  readonly #read: () => Iterable<readonly [value: string, count: number]>;

  constructor(
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [value: string, count: number]>,
  ) {
    this.name = name;
    this.help = help;
    this.#label = label;
    this.#read = read;
  }

  samples(): Sample[] {
    return [...this.#read()].map(([label, value]) => ({ labels: { [this.#label]: label }, value }));
  }
}

/** Cells by up to three labels' values, without making a key of them on each call. */
class CellMap<T> {
  readonly #labels: readonly string[];
  readonly #make: () => T;
  readonly #cells = new Map<string, Map<string, Map<string, T>>>();

  constructor(labels: readonly string[], make: () => T) {
    this.#labels = labels;
    this.#make = make;
  }

  get(a: string, b: string, c: string): T {
    const cell = this.#cells.get(a)?.get(b)?.get(c);
    return cell ?? this.#add(a, b, c);
  }

  #add(a: string, b: string, c: string): T {
    const byB = this.#cells.get(a) ?? new Map<string, Map<string, T>>();
    const byC = byB.get(b) ?? new Map<string, T>();
    const cell = this.#make();
    this.#cells.set(a, byB.set(b, byC.set(c, cell)));
    return cell;
  }

  *[Symbol.iterator](): IterableIterator<[Record<string, string>, T]> {
    for (const [a, byB] of this.#cells) {
      for (const [b, byC] of byB) {
        for (const [c, cell] of byC) yield [this.#named([a, b, c]), cell];
      }
    }
  }

  #named(values: readonly string[]): Record<string, string> {
    return Object.fromEntries(this.#labels.map((label, index) => [label, values[index] ?? ""]));
  }
}
