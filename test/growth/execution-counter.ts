/**
 * Counts what V8 executes of this repository and its packages, by the inspector's precise coverage:
 * the same work gives the same number on any machine and under any load. What V8 does natively (a
 * regular expression, joining and copying strings) is not in it; `growth.ts` measures that besides.
 *
 * Functions that have run before it is made are counted as a whole only, without their loops.
 */
import { type Profiler, Session } from "node:inspector";

/** Scripts of Node itself and what a test does to count are left out. */
const COUNTED = /^file:\/\/(?!.*\/test\/growth\/[^/]+$)/;

export class ExecutionCounter {
  readonly #session = new Session();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Characters of source that `work` executes: each as often as the innermost block around it. */
  count(work: () => unknown): number {
    this.#take();
    work();
    return this.#take();
  }

  /** Since it was last called. The session calls back before `post` returns. */
  #take(): number {
    let total = 0;
    this.#session.post("Profiler.takePreciseCoverage", (problem, taken) => {
      if (problem !== null) throw problem;
      for (const { url, functions } of taken.result) {
        if (!COUNTED.test(url)) continue;
        for (const { ranges } of functions) total += executed(ranges);
      }
    });
    return total;
  }
}

/**
 * Ranges are nested, the outer one first. V8 leaves out one that ran as often as what is around it, so
 * only a sum over characters is the same with and without it.
 */
function executed(ranges: readonly Profiler.CoverageRange[]): number {
  let total = 0;
  const around: Profiler.CoverageRange[] = [];
  for (const range of ranges) {
    const length = range.endOffset - range.startOffset;
    total += range.count * length;
    while ((around.at(-1)?.endOffset ?? Number.POSITIVE_INFINITY) <= range.startOffset)
      around.pop();
    total -= (around.at(-1)?.count ?? 0) * length;
    around.push(range);
  }
  return total;
}
