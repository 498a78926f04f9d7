/** Nothing that is printed, documented, generated or run makes npm fetch a name that is not ours. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

const TEXT = /\.(ts|js|mjs|py|json|md|ya?ml|sh|service|example)$|(^|\/)\.ci\/run$/;
/** The files that hold the rule and its violations, and one that only names hashes. */
const EXEMPT = /^(scripts\/checks\/(commands|checks\.test)\.ts|package-lock\.json)$/;

const OURS = "@?seabird[\\w-]*|create-seabird|tsc\\b";
const FLAGS = "(?:-\\S+ +)*";

/** What fetches a package that is not there, unasked where there is no terminal. */
const FETCHING: readonly (readonly [pattern: RegExp, better: string])[] = [
  [
    new RegExp(`\\bnpx +(?!--no-install\\b)(?:${OURS}|-\\S+ +\\S+)`, "g"),
    "npx --no-install, an npm script or a path",
  ],
  [/["']npx["'], *\[? *["'](?!--no-install)/g, "npx --no-install, an npm script or a path"],
  [
    new RegExp(`\\bnpm +(?:create|init|exec|x|install|i|add) +${FLAGS}(?:${OURS})`, "g"),
    "the checkout's own command or tarballs",
  ],
  [/\b(?:pnpm (?:dlx|create)|yarn (?:dlx|create)|bunx) +\S+/g, "an npm script or a path"],
];

export const commands: Check = {
  name: "commands",
  that: "no command fetches a package whose name is not ours on the registry",
  async find(root) {
    const problems: string[] = [];
    for (const path of await trackedFiles(root)) {
      if (!TEXT.test(path) || EXEMPT.test(path)) continue;
      const text = await readFile(join(root, path), "utf8");
      for (const [pattern, better] of FETCHING) {
        for (const { 0: found, index } of text.matchAll(pattern)) {
          const line = text.slice(0, index).split("\n").length;
          problems.push(`${path}:${line} "${found}" may fetch a stranger's package; use ${better}`);
        }
      }
    }
    return problems;
  },
};
