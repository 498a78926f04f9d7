/** The soak's figures as tables in Markdown, and whether they are as they should be. */
import type { Totals } from "./ledger.ts";
import { FLAT_MIB_PER_HOUR, type MemoryRow } from "./memory.ts";
import type { NetworkRow } from "./network-run.ts";

export interface SoakReport {
  readonly minutes: number;
  readonly networks: readonly NetworkRow[];
  readonly memory: readonly MemoryRow[];
  /** Components that ended or were started again. */
  readonly restarts: readonly string[];
}

/** Sentences; empty if all is well. */
export function problemsOf({ networks, memory, restarts }: SoakReport): readonly string[] {
  const ofNetworks = networks.flatMap(({ type, inbound, outbound }) =>
    Object.entries({ inbound, outbound }).flatMap(([direction, totals]) =>
      (["lost", "doubled", "disordered"] as const)
        .filter((name) => totals[name] > 0)
        .map((name) => `${type}, ${direction}: ${totals[name]} ${name}`),
    ),
  );
  const grown = memory.filter(({ isFlat }) => isFlat === false);
  const ofMemory = grown.map(({ name, heapPerHour }) => {
    return `${name} grows by ${heapPerHour.toFixed(1)} MiB an hour`;
  });
  return [...ofNetworks, ...ofMemory, ...restarts.map((name) => `${name} was started again`)];
}

export function soakTables(report: SoakReport): string {
  const problems = problemsOf(report);
  return [
    `${report.minutes} minutes, ${count(report)} messages.`,
    traffic(report.networks),
    extras(report.networks),
    failures(report.networks),
    memoryTable(report.memory),
    problems.length === 0 ? "All as it should be." : problems.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n");
}

function count({ networks }: SoakReport): number {
  return networks.reduce((sum, { inbound, outbound }) => sum + inbound.said + outbound.said, 0);
}

const COLUMNS: readonly (readonly [keyof Totals, string])[] = [
  ["said", "said"],
  ["arrived", "arrived"],
  ["lost", "lost"],
  ["lostWhileAway", "said while the bot was away, and not kept"],
  ["refused", "refused: not sent"],
  ["refusedAndArrived", "refused so, and arrived"],
  ["unknown", "failed, outcome unknown"],
  ["underWay", "still under way"],
  ["doubled", "doubled"],
  ["disordered", "out of order"],
];

function traffic(networks: readonly NetworkRow[]): string {
  const rows = networks.flatMap(({ type, inbound, outbound, cuts }) => [
    [type, "person to plugin", ...COLUMNS.map(([name]) => inbound[name]), cuts],
    [type, "plugin to person", ...COLUMNS.map(([name]) => outbound[name]), ""],
  ]);
  return table(["network", "direction", ...COLUMNS.map(([, title]) => title), "reconnects"], rows);
}

function extras(networks: readonly NetworkRow[]): string {
  const names = ["edit", "react", "file", "typing"] as const;
  const rows = networks.map(({ type, extras: done }) => [
    type,
    ...names.map((name) => `${done[name].done} / ${done[name].refused}`),
  ]);
  return table(["done / refused", ...names], rows);
}

/** Why sends and the rest failed, most frequent first. */
function failures(networks: readonly NetworkRow[]): string {
  const rows = networks.flatMap(({ type, failures: counts }) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([reason, times]) => [type, reason.replaceAll("|", "/").slice(0, 200), times]),
  );
  return table(["network", "what failed, and why", "times"], rows);
}

function memoryTable(memory: readonly MemoryRow[]): string {
  const rows = memory.map(({ name, heap, heapPerHour, pss, pssPerHour, isFlat }) => [
    name,
    ...heap.map(mib),
    mib(heapPerHour),
    ...pss.map(mib),
    mib(pssPerHour),
    isFlat === undefined ? "too short to tell" : isFlat ? "yes" : "**no**",
  ]);
  const flat = `flat: at most ${FLAT_MIB_PER_HOUR} MiB of heap an hour`;
  return table(
    ["MiB", "heap at first", "at last", "an hour", "PSS at first", "at last", "an hour", flat],
    rows,
  );
}

const mib = (value: number): string => value.toFixed(1);

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
