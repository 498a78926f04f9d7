/** The repository speaks of the project alone: no secrets, no paths of somebody's machine. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

// Built from parts, so that this file does not find itself.
const FORBIDDEN: readonly [RegExp, string][] = [
  [new RegExp(["sbd", "[A-Za-z0-9_-]{43}"].join("_")), "a token's secret"],
  [new RegExp(["-----BEGIN", "[A-Z ]*PRIVATE KEY"].join(" ")), "a private key"],
  [new RegExp(["/(root|home/[a-z]+|work|Users/[A-Za-z]+)", ""].join("/")), "a machine's path"],
  [new RegExp(["registry\\.npm", "js\\.org"].join("")), "a registry's host"],
  [new RegExp(["proxy\\.", "golang\\.org"].join("")), "a registry's host"],
];

export const privacy: Check = {
  name: "privacy",
  that: "no file holds a secret or a machine's path",
  async find(root) {
    const problems: string[] = [];
    for (const path of await trackedFiles(root)) {
      const text = await readFile(join(root, path), "utf8");
      for (const [pattern, what] of FORBIDDEN) {
        const found = pattern.exec(text);
        if (found === null) continue;
        const line = text.slice(0, found.index).split("\n").length;
        problems.push(`${path}:${line} holds what looks like ${what}`);
      }
    }
    return problems;
  },
};
