/** What a measurement is: it loads one system for a while and returns its figures. */
import type { Gain } from "./load/stopwatch.ts";
import type { Shape } from "./shapes/shape.ts";
import type { MeasuredSystem, StartSystem, SystemName } from "./systems/system.ts";

/** How much is done. */
export interface Plan {
  /** What events and actions look like. */
  readonly shape: Shape;
  /** Milliseconds that each number is measured for, after a third of it to warm up. */
  readonly ms: number;
  /** Numbers of event streams. */
  readonly streams: readonly number[];
  readonly idleStreams: number;
  readonly burstEvents: number;
  readonly waitingActions: number;
  readonly starts: number;
  /** Events after which the heap of a plugin is compared with before. */
  readonly heapEvents: number;
  /** Names of attacks; empty: all. */
  readonly attacks: readonly string[];
  /** Milliseconds of each attack. */
  readonly attackMs: number;
  /** For the Node of a core that a measurement starts itself. */
  readonly coreNodeArguments: readonly string[];
  /** For the Node of programs on our SDK. */
  readonly sdkNodeArguments: readonly string[];
}

export interface Sample {
  /** The same in every round and for every system; what it is, for people. */
  readonly row: string;
  readonly unit: string;
  readonly value: number;
  /** Which direction is the better one. */
  readonly better: "more" | "less";
  /** What a reader must know of this value, such as a stream that ended. */
  readonly note?: string;
  /** Part of the time for which the load generator's own thread was busy. */
  readonly loadBusy?: number;
}

/** How many a second, and what each costs in processor time where that is known. */
export function rates(row: string, { perSecond, processorUs, loadBusy }: Gain): Sample[] {
  const speed: Sample = { row, unit: "1/s", value: perSecond, better: "more", loadBusy };
  if (processorUs === undefined) return [speed];
  const cost = { row: `processor, ${row}`, unit: "µs", value: processorUs } as const;
  return [speed, { ...cost, better: "less" }];
}

export interface Subject {
  readonly system: MeasuredSystem;
  /** Starts another one like it; not there for a core that was given. */
  readonly startAnew: StartSystem | undefined;
}

export interface Measurement {
  /** What `--only` calls it. */
  readonly name: string;
  readonly systems: readonly SystemName[];
  /** Whether it sends events or actions, which have a shape. */
  readonly shaped: boolean;
  /** Measures once, whatever the number of rounds. */
  readonly once?: boolean;
  /** Measures only where `--only` names it. */
  readonly onlyIfNamed?: boolean;
  /** Whether this plan asks for it; without it, each does. */
  isWanted?(plan: Omit<Plan, "shape">): boolean;
  measure(subject: Subject, plan: Plan): Promise<readonly Sample[]>;
}
