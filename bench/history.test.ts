/** Runs that are kept: what is written can be read again, and is drawn. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { drawHistory } from "./graph.ts";
import {
  appendRecord,
  type HistoryRecord,
  parseHistory,
  readHistory,
  recordOf,
} from "./history.ts";
import { QUOTED } from "./quoted.ts";
import { markdown, Results } from "./report.ts";

const ROW = "deliveries to 1 stream, paced";

function results(core: number, ceiling: number) {
  const results = new Results();
  const sample = { row: ROW, unit: "1/s", better: "more" } as const;
  results.add("core", [{ ...sample, value: core }]);
  results.add("ceiling", [{ ...sample, value: ceiling }]);
  return results.all();
}

function record(machine: string, commit: string, value: number): HistoryRecord {
  const figures = { [ROW]: { unit: "1/s", better: "more", values: { core: value } } } as const;
  return {
    date: "2026-11-30T00:00:00.000Z",
    commit,
    machine,
    node: "24",
    rounds: 1,
    ms: 1,
    figures,
  };
}

test("a run is appended with its commit and machine, in four digits, and read again", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bench-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "history.jsonl");
  for (const core of [12_345.678, 1])
    appendRecord(recordOf(results(core, 20_000), { rounds: 3, ms: 500 }), file);
  const [first, second] = readHistory(file);
  assert.deepEqual(first?.figures[ROW]?.values, { core: 12_350, ceiling: 20_000 });
  assert.deepEqual(second?.figures[ROW]?.values, { core: 1, ceiling: 20_000 });
  assert.match(first?.commit ?? "", /^[0-9a-f]{7,}\+?$/);
  assert.match(first?.machine ?? "", /^\d+ × .*GiB$/);
  assert.deepEqual([first?.rounds, first?.ms], [3, 500]);
});

test("a line that is no JSON is named", () => {
  assert.throws(() => parseHistory('{}\n{"date"'), /bench\/history\.jsonl:2 is no JSON/);
});

test("the graph has a point for each run on the newest run's machine", () => {
  const svg = drawHistory([
    record("other", "aaaaaaa", 1),
    record("a < b & c", "bbbbbbb", 2),
    record("a < b & c", "ccccccc", 3),
  ]);
  assert.equal(svg.match(/<circle /g)?.length, 2);
  assert.doesNotMatch(svg, /aaaaaaa/);
  assert.match(svg, /a &lt; b &amp; c/);
  assert.match(drawHistory([]), /no run has been recorded/);
});

test("the table in Markdown has the quoted rows that were measured, in their order", () => {
  const lines = markdown(results(20_000, 10_000)).split("\n");
  const { title } = QUOTED.find(({ row }) => row === ROW) ?? { title: "" };
  assert.deepEqual(lines, [
    "|  | ours | ceiling | of it | target |",
    "|---|---|---|---|---|",
    `| ${title} | 20,000 1/s | 10,000 1/s | 200 % | ≥ 100 % of ceiling: reached |`,
  ]);
});
