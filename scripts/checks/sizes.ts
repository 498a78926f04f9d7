/** Small files: what does not fit in one look is two concepts. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

export const MAX_LINES = 300;

export const sizes: Check = {
  name: "sizes",
  that: `no source file is longer than ${MAX_LINES} lines`,
  async find(root) {
    const problems: string[] = [];
    for (const path of await trackedFiles(root)) {
      if (!/\.(ts|js)$/.test(path) || /\/gen\/|\.test\.ts$|(^|\/)test\//.test(path)) continue;
      const lines = (await readFile(join(root, path), "utf8")).split("\n").length - 1;
      if (lines > MAX_LINES) problems.push(`${path} has ${lines} lines, ${MAX_LINES} at most`);
    }
    return problems;
  },
};
