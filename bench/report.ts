/** Medians and ratios of what was measured; a table for a terminal, and one in Markdown. */
import { styleText } from "node:util";
import type { Sample } from "./measurement.ts";
import { QUOTED } from "./quoted.ts";
import type { SystemName } from "./systems/system.ts";
import { TARGETS } from "./targets.ts";

export interface Result {
  readonly row: string;
  readonly unit: string;
  readonly better: Sample["better"];
  /** Medians over the rounds. */
  readonly values: Partial<Record<SystemName, number>>;
  /** Core's lowest and highest. */
  readonly range: readonly [number, number];
  /** Core's against the others', above 1 better: the median of each round's ratio. */
  readonly ratios: Partial<Record<SystemName, number>>;
  readonly rounds: number;
  readonly target?: string;
  readonly met?: boolean;
  readonly notes: readonly string[];
  /** Part of the time for which the load generator was busy, by system. */
  readonly loadBusy: Partial<Record<SystemName, number>>;
}

/** Collects samples, round by round. */
export class Results {
  readonly #rows = new Map<string, { first: Sample; samples: Map<SystemName, Sample[]> }>();

  add(system: SystemName, samples: readonly Sample[]): void {
    for (const sample of samples) {
      const row = this.#rows.get(sample.row) ?? { first: sample, samples: new Map() };
      this.#rows.set(sample.row, row);
      row.samples.set(system, [...(row.samples.get(system) ?? []), sample]);
    }
  }

  all(): Result[] {
    return [...this.#rows.values()].map(({ first, samples }) => resultOf(first, samples));
  }
}

function resultOf(
  { row, unit, better }: Sample,
  samples: ReadonlyMap<SystemName, readonly Sample[]>,
): Result {
  const values: Result["values"] = {};
  const ratios: Result["ratios"] = {};
  const loadBusy: Result["loadBusy"] = {};
  const notes: string[] = [];
  const core = samples.get("core") ?? [];
  for (const [name, of] of samples) {
    values[name] = median(of.map(({ value }) => value));
    const busy = of.flatMap((each) => each.loadBusy ?? []);
    if (busy.length > 0) loadBusy[name] = median(busy);
    notes.push(
      ...new Set(of.flatMap(({ note }) => (note === undefined ? [] : `${name}: ${note}`))),
    );
    if (name === "core" || core.length === 0) continue;
    const each = core.flatMap(({ value }, round) => {
      const other = of[round]?.value;
      return other === undefined ? [] : better === "more" ? value / other : other / value;
    });
    ratios[name] = median(each);
  }
  const target = TARGETS.find((each) => each.row.test(row));
  const all = core.map(({ value }) => value);
  const range = [Math.min(...all), Math.max(...all)] as const;
  const met = values.core === undefined ? undefined : target?.met(values.core, ratios);
  const judged = target === undefined || met === undefined ? {} : { target: target.text, met };
  const rounds = core.length;
  return { row, unit, better, values, range, ratios, rounds, notes, loadBusy, ...judged };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The table; `busy` marks values for which the load generator had hardly time left. */
export function table(results: readonly Result[]): string {
  const allHeads = [
    "",
    "core",
    "rounds",
    "ceiling",
    "of it",
    "grpc-js",
    "times it",
    "grpc-go",
    "times it",
    "NATS",
    "of it",
    "target",
  ];
  const allRows = results.map((result) => [
    result.row,
    shown(result, "core"),
    rangeOf(result),
    shown(result, "ceiling"),
    percent(result.ratios.ceiling),
    shown(result, "grpc-js"),
    result.ratios["grpc-js"]?.toFixed(1) ?? "",
    shown(result, "grpc-go"),
    result.ratios["grpc-go"]?.toFixed(1) ?? "",
    shown(result, "nats"),
    percent(result.ratios.nats),
    result.target === undefined ? "" : `${result.met ? "✔" : "✘"} ${result.target}`,
  ]);
  // A system that was not measured needs no columns.
  const isUsed = (_: string, column: number) =>
    column === 0 || allRows.some((row) => row[column] !== "");
  const head = allHeads.filter(isUsed);
  const rows = allRows.map((row) => row.filter(isUsed));
  const widths = head.map((cell, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? cell).length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        column === 0 || head[column] === "target"
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const notes = results.flatMap(({ row, notes }) => notes.map((note) => `  ${row}: ${note}`));
  return [styleText("bold", line(head)), ...rows.map(line), ...notes].join("\n");
}

/** The figures that are quoted, as a table in Markdown. */
export function markdown(results: readonly Result[]): string {
  const hasNats = results.some(({ values }) => values.nats !== undefined);
  const head = ["", "ours", "ceiling", "of it", ...(hasNats ? ["NATS", "of it"] : []), "target"];
  const rows = QUOTED.flatMap(({ row, title }) => {
    const result = results.find((each) => each.row === row);
    if (result === undefined) return [];
    const nats = [shown(result, "nats"), percent(result.ratios.nats)];
    return [
      [
        title,
        shown(result, "core"),
        shown(result, "ceiling"),
        percent(result.ratios.ceiling),
        ...(hasNats ? nats : []),
        result.target === undefined
          ? ""
          : `${result.target}: ${result.met ? "reached" : "**not reached**"}`,
      ],
    ];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

const BUSY = 0.9;

function shown({ values, unit, loadBusy }: Result, name: SystemName): string {
  const value = values[name];
  if (value === undefined) return "";
  const mark = (loadBusy[name] ?? 0) > BUSY ? "*" : "";
  return `${inWords(value)}${unit === "" ? "" : ` ${unit}`}${mark}`;
}

function rangeOf({ range, rounds }: Result): string {
  return rounds > 1 ? range.map(inWords).join(" – ") : "";
}

function inWords(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", {
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
    maximumFractionDigits: digits,
  });
}

function percent(ratio: number | undefined): string {
  return ratio === undefined ? "" : `${Math.round(ratio * 100)} %`;
}
