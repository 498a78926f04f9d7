/** The graph of the measurements is drawn from their history; `npm run gen` draws it again. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawHistory } from "../../bench/graph.ts";
import { parseHistory } from "../../bench/history.ts";
import type { Check } from "./check.ts";

const HISTORY = "bench/history.jsonl";
const GRAPH = "docs/performance.svg";

async function freshGraph(root: string): Promise<string> {
  return drawHistory(parseHistory(await readFile(join(root, HISTORY), "utf8")));
}

/** Returns the path of the graph if it changed. */
export async function writeGraph(root: string): Promise<string[]> {
  const path = join(root, GRAPH);
  const fresh = await freshGraph(root);
  if ((await readFile(path, "utf8").catch(() => "")) === fresh) return [];
  await writeFile(path, fresh);
  return [GRAPH];
}

export const graph: Check = {
  name: "graph",
  that: "the graph of the measurements is drawn from their history",
  async find(root) {
    try {
      const drawn = await readFile(join(root, GRAPH), "utf8").catch(() => "");
      return drawn === (await freshGraph(root))
        ? []
        : [`${GRAPH} differs from ${HISTORY}: npm run gen`];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  },
};
