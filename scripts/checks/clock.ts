/** Time and chance come from one clock and one source, so that a test can hold both. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "./check.ts";
import { trackedFiles } from "./tracked-files.ts";

const ROOMS = /^(sdk|plugins)\/src\/.*\.ts$/;
const TESTS = /\.test\.ts$|\/test\//;
/** The one file that asks the machine. */
const CLOCK = "sdk/src/link/clock.ts";

/** What asks the machine, and what to take instead. */
const FORBIDDEN: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\b(setTimeout|setInterval)\b/, "clock.after or pause"],
  [/\bsetImmediate\b/, "nextTurn"],
  [/\bDate\.now\b|\bnew Date(\(\)|;)|(?<!new )\bDate\(\)/, "clock.wallMs"],
  [/\bperformance\b|\bprocess\.(hrtime|uptime)\b/, "clock.now"],
  [/\bAbortSignal\.timeout\b/, "clock.after and an AbortController"],
  [/\bMath\.random\b/, "random"],
  [/["'](node:)?(timers(\/promises)?|perf_hooks)["']/, "the clock"],
];

export const clock: Check = {
  name: "clock",
  that: "sdk and plugins take time and chance from their clock and source",
  async find(root) {
    const problems: string[] = [];
    for (const path of await trackedFiles(root)) {
      if (!ROOMS.test(path) || TESTS.test(path) || path === CLOCK) continue;
      problems.push(...problemsOf(path, await readFile(join(root, path), "utf8")));
    }
    return problems;
  },
};

function problemsOf(path: string, text: string): string[] {
  return withoutComments(text)
    .split("\n")
    .flatMap((line, index) =>
      FORBIDDEN.flatMap(([pattern, instead]) => {
        const found = pattern.exec(line)?.[0];
        return found === undefined
          ? []
          : [`${path}:${index + 1} uses ${found}; take ${instead} instead`];
      }),
    );
}

/** The same lines, the comments empty. An address in a string is no comment. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/(?<!:)\/\/.*$/gm, "");
}
