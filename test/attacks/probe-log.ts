/** Keeps what came of each probe, by the phase in which it began. */
import {
  HANG_MS,
  type Outcome,
  type Outcomes,
  type Phase,
  PROBES,
  type Probe,
} from "./honest-orders.ts";

const PHASES: readonly Phase[] = ["warmUp", "before", "attack", "recovery", "after"];

interface Cell {
  tried: number;
  failed: number;
  why: string | undefined;
  readonly ms: number[];
}

export class ProbeLog {
  phase: Phase = "warmUp";
  readonly #cells = new Map<string, Cell>();

  /** Notes that one began; call one of the two functions once, or neither: then it was lost. */
  begin(probe: Probe): { ok(): void; fail(why: string): void } {
    const cell = this.#cell(this.phase, probe);
    const startedAt = performance.now();
    cell.tried += 1;
    return {
      ok: () => cell.ms.push(performance.now() - startedAt),
      fail: (why) => {
        cell.failed += 1;
        cell.why ??= why;
      },
    };
  }

  /** Those that have neither gone well nor failed yet. */
  get pending(): number {
    let pending = 0;
    for (const { tried, failed, ms } of this.#cells.values()) pending += tried - failed - ms.length;
    return pending;
  }

  outcomes(): Outcomes {
    const byPhase = PHASES.map((phase) => [
      phase,
      Object.fromEntries(PROBES.map((probe) => [probe, this.#outcome(phase, probe)])),
    ]);
    return Object.fromEntries(byPhase) as Outcomes;
  }

  #outcome(phase: Phase, probe: Probe): Outcome {
    const { tried, failed, ms, why } = this.#cell(phase, probe);
    const lost = tried - failed - ms.length;
    const reason = why ?? (lost > 0 ? `no answer within ${HANG_MS} ms` : undefined);
    return { tried, failed, lost, ms: ms.toSorted((a, b) => a - b), why: reason };
  }

  #cell(phase: Phase, probe: Probe): Cell {
    const key = `${phase} ${probe}`;
    const cell = this.#cells.get(key) ?? { tried: 0, failed: 0, why: undefined, ms: [] };
    this.#cells.set(key, cell);
    return cell;
  }
}
