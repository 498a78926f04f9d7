/**
 * How the cost of a parser or renderer grows with its input: one that is linear costs twice as much
 * for twice the input, one that is quadratic four times.
 *
 * Both of these are measured for inputs of the sizes n, 2n and 4n:
 * - what V8 executes (`ExecutionCounter`), which is the same in every run;
 * - the CPU time of the thread, for what is done natively. It is never compared with a limit, only
 *   with itself, and only every one of several attempts at two sizes makes a fault, so that a loaded
 *   machine finds none.
 */
import { ExecutionCounter } from "./execution-counter.ts";

/** More than this for each doubling is a fault. */
export const MAX_GROWTH = 2.5;
const DOUBLINGS = 2;

/** Inputs that are alike and differ in size. */
export interface Family<Input> {
  readonly name: string;
  /** `size` is what the subject's work should be proportional to: characters, bytes or blocks. */
  of(size: number): Input;
}

export interface Subject<Input = never> {
  readonly name: string;
  /** May throw, as some inputs are refused. */
  run(input: Input): unknown;
  readonly families: readonly Family<Input>[];
  /** The largest input that is tried; default 32,768. */
  readonly maxSize?: number;
}

const MAX_SIZE = 32_768;
/** Of the largest size: code that counts is slow, and a few thousand characters tell the growth. */
const COUNTED_PARTS = [32, 16, 4];
/** Below this a whole run is too short to tell anything, and to harm anybody. */
const NEGLIGIBLE_MS = 0.5;
const ATTEMPTS = 4;
const MEASURED_MICROSECONDS = 80_000;

/** What grows too fast, a line each. */
export function faultsOf<Input>(subject: Subject<Input>): string[] {
  return [...countedFaults(subject), ...timedFaults(subject)];
}

function countedFaults<Input>({
  name,
  run,
  families,
  maxSize = MAX_SIZE,
}: Subject<Input>): string[] {
  using counter = new ExecutionCounter();
  return families.flatMap((family) => {
    const costAt = (size: number) => {
      const input = family.of(size);
      return counter.count(() => attempt(run, input));
    };
    const tried: Costs[] = [];
    // A bound that begins to bite between two sizes is a step, which larger sizes do not have.
    for (const part of COUNTED_PARTS) {
      const costs = costsOf(maxSize / part, costAt);
      if (!isFault(costs)) return [];
      tried.push(costs);
    }
    return [described(name, family, "steps", tried)];
  });
}

function timedFaults<Input>({ name, run, families, maxSize = MAX_SIZE }: Subject<Input>): string[] {
  return families.flatMap((family) => {
    // Quick and rough, and enough for nearly all.
    for (let index = 0; index < ATTEMPTS; index++) {
      const seen = costsOf(maxSize / 4, (size) => elapsed(run, family.of(size)));
      if ((seen.at(-1) ?? 0) < NEGLIGIBLE_MS || !isFault(seen)) return [];
    }
    const tried: Costs[] = [];
    for (let index = 0; index < ATTEMPTS; index++) {
      const largest = maxSize / (index % 2 === 0 ? 1 : 2);
      const costs = costsOf(largest / 4, (size) => cpuOf(run, family.of(size)));
      if (!isFault(costs)) return [];
      tried.push(costs);
    }
    return [described(name, family, "µs of CPU", tried)];
  });
}

type Costs = readonly number[];

/** Of the size, of twice and of four times as much. */
function costsOf(size: number, costAt: (size: number) => number): Costs {
  return Array.from({ length: DOUBLINGS + 1 }, (_, doublings) => costAt(size * 2 ** doublings));
}

/** Over both doublings and over the last: what is done once must not hide what is done for each. */
function isFault(costs: Costs): boolean {
  const [first = 0, middle = 0, last = 0] = costs;
  return last > middle * MAX_GROWTH && last > first * MAX_GROWTH ** DOUBLINGS;
}

function elapsed<Input>(run: (input: Input) => unknown, input: Input): number {
  const before = performance.now();
  attempt(run, input);
  return performance.now() - before;
}

/** Microseconds of one run, of many: the kernel may count CPU time in ticks of 4 ms. */
function cpuOf<Input>(run: (input: Input) => unknown, input: Input): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    attempt(run, input);
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= MEASURED_MICROSECONDS) return (user + system) / runs;
  }
}

function attempt<Input>(run: (input: Input) => unknown, input: Input): void {
  try {
    run(input);
  } catch {
    // A refusal is an answer too, and costs what it costs.
  }
}

function described(
  name: string,
  family: { readonly name: string },
  unit: string,
  tried: readonly Costs[],
): string {
  const shown = tried.map((costs) => costs.map((cost) => Math.round(cost)).join(" → "));
  return `${name}, ${family.name}: ${shown.join("; ")} ${unit} for n, 2n, 4n`;
}
