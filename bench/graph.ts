/** Draws the history as an SVG: a panel for each figure, a point for each run on one machine. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Figure, type HistoryRecord, parseHistory } from "./history.ts";
import { QUOTED, type Quoted } from "./quoted.ts";
import type { SystemName } from "./systems/system.ts";

/** Paths in the repository. */
export const HISTORY = "bench/history.jsonl";
export const GRAPH = "docs/performance.svg";

const COLUMNS = 2;
const PANEL = { width: 440, height: 170 } as const;
const PLOT = { left: 62, right: 36, top: 36, bottom: 34 } as const;
const HEAD = 44;
const MOST_LABELS = 6;

const SERIES: readonly { system: SystemName; name: string; color: string; dash: string }[] = [
  { system: "core", name: "ours", color: "#0969da", dash: "" },
  { system: "ceiling", name: "bare node:http2", color: "#57606a", dash: "4 3" },
  { system: "nats", name: "NATS", color: "#9a6700", dash: "2 3" },
];

/** The graph of the history as it is below `root`. Throws an Error if that cannot be read. */
export async function freshGraph(root: string): Promise<string> {
  return drawHistory(parseHistory(await readFile(join(root, HISTORY), "utf8")));
}

/** Draws it again; returns its path if it changed. */
export async function writeGraph(root: string): Promise<string[]> {
  const path = join(root, GRAPH);
  const fresh = await freshGraph(root);
  if ((await readFile(path, "utf8").catch(() => "")) === fresh) return [];
  await writeFile(path, fresh);
  return [GRAPH];
}

/** Runs on other machines than the newest one's are left out: their figures do not compare. */
export function drawHistory(history: readonly HistoryRecord[]): string {
  const machine = history.at(-1)?.machine;
  const records = history.filter((record) => record.machine === machine);
  const drawn = QUOTED.filter(
    ({ row, drawn }) => drawn === true && records.some(({ figures }) => row in figures),
  );
  const width = COLUMNS * PANEL.width;
  const height = HEAD + Math.ceil(drawn.length / COLUMNS) * PANEL.height;
  const panels = drawn.map((quoted, index) => {
    const x = (index % COLUMNS) * PANEL.width;
    const y = HEAD + Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${x} ${y})">\n${panel(quoted, records)}\n</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#1f2328">
<title>The quoted figures by commit</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${[legend(machine), ...panels].join("\n")}
</svg>
`;
}

function legend(machine: string | undefined): string {
  const names = SERIES.map(
    ({ name, color }, index) =>
      `<text x="${12 + index * 150}" y="36" fill="${color}">${name}</text>`,
  );
  const title = machine === undefined ? "no run has been recorded" : machine;
  return [`<text x="12" y="18" font-size="13">${escaped(title)}</text>`, ...names].join("\n");
}

function panel({ row, title }: Quoted, records: readonly HistoryRecord[]): string {
  const figures = records.map((record) => record.figures[row]);
  const known = figures.filter((figure) => figure !== undefined);
  const values = SERIES.map(({ system }) => figures.map((figure) => figure?.values[system]));
  const most = niceMost(Math.max(...values.flat().filter((value) => value !== undefined)));
  const y = (value: number) => {
    const part = most === 0 ? 0 : Math.max(0, value) / most;
    return round(PANEL.height - PLOT.bottom - part * (PANEL.height - PLOT.top - PLOT.bottom));
  };
  const step = (PANEL.width - PLOT.left - PLOT.right) / Math.max(1, records.length - 1);
  const x = (index: number) => round(PLOT.left + index * step);
  return [
    `<text x="12" y="22" font-weight="bold">${escaped(title)} ${hint(known)}</text>`,
    ...[0, most / 2, most].map((value) => gridLine(value, y(value))),
    ...SERIES.map(({ color, dash }, series) => line(values[series] ?? [], { x, y, color, dash })),
    ...labels(records, x),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** Unit, and which direction is the better one. */
function hint([figure]: readonly Figure[]): string {
  if (figure === undefined) return "";
  const { unit, better } = figure;
  return `<tspan font-weight="normal" fill="#57606a">(${unit}, ${better === "more" ? "higher" : "lower"} is better)</tspan>`;
}

function gridLine(value: number, y: number): string {
  const right = PANEL.width - PLOT.right;
  return `<line x1="${PLOT.left}" y1="${y}" x2="${right}" y2="${y}" stroke="#d0d7de"/><text x="${PLOT.left - 6}" y="${y + 4}" text-anchor="end">${value.toLocaleString("en")}</text>`;
}

interface LineOptions {
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly color: string;
  readonly dash: string;
}

function line(values: readonly (number | undefined)[], options: LineOptions): string {
  const { x, y, color, dash } = options;
  const points = values.flatMap((value, index) =>
    value === undefined ? [] : [[x(index), y(value)] as const],
  );
  if (points.length === 0) return "";
  const path = points.map((point) => point.join(",")).join(" ");
  const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`);
  const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
  return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.5"${dashes}/>${dots.join("")}`;
}

/** Commits below the axis, as many as there is space for, the newest among them. */
function labels(records: readonly HistoryRecord[], x: (index: number) => number): string[] {
  const every = Math.ceil(records.length / MOST_LABELS);
  return records.flatMap(({ commit }, index) => {
    if ((records.length - 1 - index) % every !== 0) return [];
    const y = PANEL.height - PLOT.bottom + 16;
    return [
      `<text x="${x(index)}" y="${y}" text-anchor="middle" fill="#57606a">${escaped(commit)}</text>`,
    ];
  });
}

/** The next number of 1, 2, 4, 5 or 8 times a power of ten. */
function niceMost(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 5, 8, 10].find((each) => each * power >= most) ?? 10;
  return Number((step * power).toPrecision(3));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
