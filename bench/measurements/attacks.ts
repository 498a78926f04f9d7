/**
 * Each attack of `test/attacks` on a core of its own, and on grpc-go: what honest peers see on the
 * attacker's address and on another, and what it costs the server.
 */

import { type AttackedSystem, startCore } from "../../test/attacks/attacked-system.ts";
import { ATTACKS } from "../../test/attacks/attacks.ts";
import type { Outcome, Outcomes, Phase, Probe } from "../../test/attacks/honest-orders.ts";
import {
  type AttackResult,
  OTHER_ADDRESS,
  runAttack,
  SAME_ADDRESS,
} from "../../test/attacks/run-attack.ts";
import type { Measurement, Plan, Sample } from "../measurement.ts";
import { startGrpcGo } from "../systems/grpc-go.ts";

/** Milliseconds of the peace before, of what a server has to recover, and of what is watched then. */
const BEFORE_MS = 1_500;
const RECOVERY_MS = 1_000;
const AFTER_MS = 1_000;
const ADDRESSES = { "same address": SAME_ADDRESS, "another address": OTHER_ADDRESS } as const;
/** What is measured with its percentiles, and of what only the worst counts: it is rare. */
const STEADY = ["action", "event"] as const satisfies readonly Probe[];
const RARE = ["newcomer", "health", "healthz"] as const satisfies readonly Probe[];
const PERCENTILES = { p50: 0.5, p99: 0.99, max: 1 } as const;
/** A part of `HARMLESS_MS` or `HARMLESS_TIMES` the undisturbed p99 is what an attack may cost. */
const HARMLESS_MS = 100;
const HARMLESS_TIMES = 5;

/** One for each attack, so that each is measured on both servers right after each other. */
export const attacks: readonly Measurement[] = Object.entries(ATTACKS).map(
  ([attack, { onlyCore = false }]) => ({
    name: "attacks",
    systems: onlyCore ? ["core"] : ["core", "grpc-go"],
    shaped: false,
    onlyIfNamed: true,
    isWanted: ({ attacks }) => isChosen(attacks, attack),
    async measure({ system: { name } }, plan) {
      const attacked = await start(name, plan);
      if (attacked === undefined) return [];
      try {
        console.error(`  ${attack}: ${ATTACKS[attack]?.what}`);
        const times = { beforeMs: BEFORE_MS, recoveryMs: RECOVERY_MS, afterMs: AFTER_MS };
        const measured = { attack, ms: plan.attackMs, ...times };
        return samplesOf(attack, await runAttack(attacked, measured));
      } finally {
        await attacked.close();
      }
    },
  }),
);

function isChosen(names: readonly string[], attack: string): boolean {
  const known = Object.keys(ATTACKS);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`--attack: there is no ${unknown.join(", ")}; there are ${known.join(", ")}`);
  }
  return names.length === 0 || names.includes(attack);
}

function start(name: string, { coreNodeArguments }: Plan): Promise<AttackedSystem | undefined> {
  return name === "core" ? startCore({ nodeArguments: coreNodeArguments }) : startGrpcGo();
}

function samplesOf(attack: string, result: AttackResult): Sample[] {
  const less = (row: string, unit: string, value: number, note?: string): Sample => {
    const noted = note === undefined ? {} : { note };
    return { row: `${attack}: ${row}`, unit, value, better: "less", ...noted };
  };
  const honest = Object.entries(ADDRESSES).flatMap(([where, address]) => {
    const outcomes = result.outcomes[address];
    if (outcomes === undefined) return [];
    return [
      less(`failed or lost, ${where}`, "", ...failures(outcomes)),
      ...STEADY.flatMap((probe) =>
        Object.entries(PERCENTILES).map(([name, part]) => {
          const before = percentile(outcomes.before[probe], part).toFixed(1);
          const note = name === "p99" ? `undisturbed ${before} ms` : undefined;
          const value = percentile(outcomes.attack[probe], part);
          return less(`${probe}s, ${name}, ${where}`, "ms", value, note);
        }),
      ),
      ...RARE.filter((probe) => outcomes.attack[probe].tried > 0).map((probe) =>
        less(`${probe}, max, ${where}`, "ms", percentile(outcomes.attack[probe], 1)),
      ),
      less(`not back after a second, ${where}`, "", notBack(outcomes)),
    ];
  });
  const done = Object.entries(result.counts).map(([what, count]) => `${what} ${count}`);
  return [
    ...honest,
    less("processor", "%", result.processorPart * 100, done.join(", ")),
    less("most memory", "MiB", result.peakMib, `before ${Math.round(result.beforeMib)} MiB`),
    less("lines in the log", "", result.lines),
  ];
}

/** How many of all kinds, in the attack and behind it; and why, of each kind. */
function failures(outcomes: Outcomes): [count: number, why: string | undefined] {
  const phases: readonly Phase[] = ["attack", "recovery", "after"];
  let count = 0;
  const why = new Set<string>();
  for (const phase of phases) {
    for (const [probe, outcome] of Object.entries(outcomes[phase])) {
      count += outcome.failed + outcome.lost;
      if (outcome.why !== undefined) why.add(`${probe}: ${outcome.why}`);
    }
  }
  return [count, why.size === 0 ? undefined : [...why].join("; ")];
}

/** Kinds of actions and events that are not as fast a second after the attack as they were. */
function notBack(outcomes: Outcomes): number {
  return STEADY.filter((probe) => {
    const harmless = HARMLESS_TIMES * percentile(outcomes.before[probe], 0.99);
    return percentile(outcomes.after[probe], 0.99) > Math.max(HARMLESS_MS, harmless);
  }).length;
}

/** The nearest rank; 0 of none. */
function percentile({ ms }: Outcome, part: number): number {
  return ms[Math.max(0, Math.ceil(ms.length * part) - 1)] ?? 0;
}
