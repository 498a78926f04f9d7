/** The graph of the measurements is drawn from their history; `npm run gen` draws it again. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { freshGraph, GRAPH, HISTORY } from "../../bench/graph.ts";
import type { Check } from "./check.ts";

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
