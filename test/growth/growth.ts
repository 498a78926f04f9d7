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
import type { ExecutionCounter } from "./execution-counter.ts";

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
  /** The most that V8 may execute for one unit of size (`ExecutionCounter`); default 20,000. */
  readonly maxSteps?: number;
}

const MAX_SIZE = 32_768;
/** Of the largest size: code that counts is slow, and a few thousand characters tell the growth. */
const COUNTED_PARTS = [32, 16, 8];
/** What takes longer is tried with smaller inputs. */
const MAX_RUN_MS = 100;
const MIN_SIZE = 64;
const MAX_FAULTS = 3;
/** What is linear may still look at a thousand characters for each: that is as bad in a chat line. */
const MAX_STEPS = 20_000;
/** In which kernels may count CPU time. */
const TICK_MS = 4;
/** Below this a whole run is too short to tell anything, and to harm anybody. */
const NEGLIGIBLE_MS = 0.5;
const ATTEMPTS = 4;
const MEASURED_MICROSECONDS = 80_000;

/** What V8 executes too often, a line each; the first few of them. */
export function countedFaults<Input>(subject: Subject<Input>, counter: ExecutionCounter): string[] {
  return faultsIn(subject, (family) => countedFault(subject, family, counter));
}

/** What takes too long natively, a line each; the first few of them. */
export function timedFaults<Input>(subject: Subject<Input>): string[] {
  return faultsIn(subject, (family) => timedFault(subject, family));
}

function faultsIn<Input>(
  { name, families }: Subject<Input>,
  faultOf: (family: Family<Input>) => string | undefined,
): string[] {
  const faults: string[] = [];
  for (const family of families) {
    const fault = faultOf(family);
    if (fault !== undefined) faults.push(`${name}, ${family.name}: ${fault}`);
    if (faults.length === MAX_FAULTS) break;
  }
  return faults;
}

function countedFault<Input>(
  { run, maxSize = MAX_SIZE, maxSteps = MAX_STEPS }: Subject<Input>,
  family: Family<Input>,
  counter: ExecutionCounter,
): string | undefined {
  const costAt = (size: number) => {
    const input = family.of(size);
    return counter.count(() => attempt(run, input));
  };
  const tried: Costs[] = [];
  // A bound that begins to bite between two sizes is a step, which larger sizes do not have.
  for (const part of COUNTED_PARTS) {
    const costs = costsOf(maxSize / part, costAt);
    const steps = (costs.at(-1) ?? 0) / (maxSize / part) / 2 ** DOUBLINGS;
    if (steps > maxSteps) return `${Math.round(steps)} steps for each unit`;
    if (!isFault(costs)) return undefined;
    tried.push(costs);
  }
  return shown(tried, "steps");
}

function timedFault<Input>(
  { run, maxSize = MAX_SIZE }: Subject<Input>,
  family: Family<Input>,
): string | undefined {
  let size = maxSize / 4;
  while (roughly(run, family.of(size)) > MAX_RUN_MS && size > MIN_SIZE) size /= 4;
  // Quick and rough, and enough for nearly all.
  for (let index = 0; index < ATTEMPTS; index++) {
    const seen = costsOf(size, (each) => roughly(run, family.of(each)));
    if ((seen.at(-1) ?? 0) < NEGLIGIBLE_MS || !isFault(seen)) return undefined;
  }
  const tried: Costs[] = [];
  for (let index = 0; index < ATTEMPTS; index++) {
    const costs = costsOf(index % 2 === 0 ? size : size / 2, (each) => cpuOf(run, family.of(each)));
    if (!isFault(costs)) return undefined;
    tried.push(costs);
  }
  return shown(tried, "µs of CPU");
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

/** Milliseconds of a single run: CPU time as far as its ticks tell it, so that other programs count little. */
function roughly<Input>(run: (input: Input) => unknown, input: Input): number {
  const [began, cpu] = [performance.now(), process.threadCpuUsage()];
  attempt(run, input);
  const elapsed = performance.now() - began;
  const { user, system } = process.threadCpuUsage(cpu);
  return Math.min(elapsed, (user + system) / 1_000 + 2 * TICK_MS);
}

/** Microseconds of one run, of so many that ticks do not matter. */
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

function shown(tried: readonly Costs[], unit: string): string {
  const all = tried.map((costs) => costs.map((cost) => Math.round(cost)).join(" → "));
  return `${all.join("; ")} ${unit} for n, 2n, 4n`;
}
