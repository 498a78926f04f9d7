/** Memory of a project's processes over time: the heap after a collection, and what Linux says (PSS). */
import { collectGarbage } from "../systems/collect-garbage.ts";
import { pssKb } from "../systems/proc.ts";

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface WatchedProcess {
  readonly name: string;
  readonly pid: number;
  /** Its inspector's address, once it has said it. */
  readonly inspector: () => string | undefined;
}

const MIB = 1024 * 1024;
const KIB_PER_MIB = 1024;
/** What a heap may grow in an hour; 36,000 messages an hour at 60 bytes each. */
export const FLAT_MIB_PER_HOUR = 2;
/** Runs that are shorter do not tell growth from warming up. */
const JUDGED_FROM_MS = 15 * 60_000;
/** Caches fill and code is compiled until then, as a share of the run; at most ten minutes. */
const WARM_UP_SHARE = 1 / 4;
const MAX_WARM_UP_MS = 600_000;

export interface MemoryRow {
  readonly name: string;
  /** Of the heap after a collection, in MiB: at the start, at the end. */
  readonly heap: readonly [number, number];
  /** Of the heap, behind the warming up. */
  readonly heapPerHour: number;
  readonly pss: readonly [number, number];
  readonly pssPerHour: number;
  /** undefined: too short to tell. */
  readonly isFlat: boolean | undefined;
}

export class MemoryOfProcess {
  readonly #process: WatchedProcess;
  readonly #heap: Point[] = [];
  readonly #pss: Point[] = [];

  constructor(process: WatchedProcess) {
    this.#process = process;
  }

  /** Collects its garbage and looks; a process that does not answer rejects. */
  async sample(atMs: number): Promise<void> {
    const usedBytes = await collectGarbage(this.#process);
    this.#heap.push({ atMs, value: usedBytes / MIB });
    this.#pss.push({ atMs, value: pssKb(this.#process.pid) / KIB_PER_MIB });
  }

  row(): MemoryRow {
    const heapPerHour = slopePerHour(warm(this.#heap));
    const ms = lastOf(this.#heap).atMs - (this.#heap[0]?.atMs ?? 0);
    return {
      name: this.#process.name,
      heap: ends(this.#heap),
      heapPerHour,
      pss: ends(this.#pss),
      pssPerHour: slopePerHour(warm(this.#pss)),
      isFlat: ms < JUDGED_FROM_MS ? undefined : heapPerHour <= FLAT_MIB_PER_HOUR,
    };
  }
}

/** The median of the slopes of all pairs (Theil-Sen). 0 for fewer than two points. */
export function slopePerHour(points: readonly Point[]): number {
  const slopes = points.flatMap((a, index) =>
    points.slice(index + 1).map((b) => ((b.value - a.value) / (b.atMs - a.atMs)) * 3_600_000),
  );
  slopes.sort((a, b) => a - b);
  return slopes[Math.floor(slopes.length / 2)] ?? 0;
}

function warm(points: readonly Point[]): readonly Point[] {
  const firstMs = points[0]?.atMs ?? 0;
  const warmUpMs = Math.min((lastOf(points).atMs - firstMs) * WARM_UP_SHARE, MAX_WARM_UP_MS);
  return points.filter(({ atMs }) => atMs >= firstMs + warmUpMs);
}

function ends(points: readonly Point[]): readonly [number, number] {
  return [points[0]?.value ?? Number.NaN, lastOf(points).value];
}

function lastOf(points: readonly Point[]): Point {
  return points.at(-1) ?? { atMs: 0, value: Number.NaN };
}
