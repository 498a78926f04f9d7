/** When a crashed component is started again, and when not any more. Pure. */

import { isRestartable } from "@seabird-chat/runtime";

/** So many crashes within `CRASH_WINDOW_MS`, and a component has failed; core never does. */
const MAX_RECENT_CRASHES = 5;
/** Crashes are counted within this time. */
const CRASH_WINDOW_MS = 60_000;
/** A component that ran as long has recovered: its next crash is the first one again. */
const STABLE_AFTER_MS = 60_000;
/** The longest of these pauses. */
const RESTART_MAX_MS = 30_000;
/** The pause before the first restart; it doubles with each crash. */
const RESTART_MIN_MS = 500;

/** How a component ended without being asked to. */
export interface ComponentExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Ends in a row without a stable run between them, this one included. */
  readonly crashes: number;
  /** Ends within the last `crashWindowMs`, this one included. */
  readonly recentCrashes: number;
}

/** `failed`, `misconfigured`: it is not started again until a person asks for it. */
export type ExitOutcome = "restart" | "failed" | "misconfigured";

/** What a person has to change first stays as it is; what crashes all the time would only burn the machine. */
export function exitOutcome({ code, recentCrashes }: ComponentExit): ExitOutcome {
  if (!isRestartable(code)) return "misconfigured";
  return recentCrashes >= MAX_RECENT_CRASHES ? "failed" : "restart";
}

/** The pause before the n-th start in a row, doubling, with up to a quarter of jitter. */
export function restartPauseMs(crashes: number, random: number): number {
  const pause = Math.min(RESTART_MAX_MS, RESTART_MIN_MS * 2 ** Math.min(crashes - 1, 16));
  return Math.round(pause * (1 - random / 4));
}

/** How a process ended, in words. */
export function describeExit({ code, signal }: Pick<ComponentExit, "code" | "signal">): string {
  return signal === null ? `ended with exit code ${code ?? "?"}` : `was ended by ${signal}`;
}

/** Counts ends, in a row and lately. */
export class CrashCount {
  #inARow = 0;
  #recentMs: number[] = [];

  /** One more, of a process that had started at `startedAtMs`. */
  add(startedAtMs: number, nowMs: number): { crashes: number; recentCrashes: number } {
    const stable = nowMs - startedAtMs >= STABLE_AFTER_MS;
    this.#inARow = stable ? 1 : this.#inARow + 1;
    const recent = this.#recentMs.filter((atMs) => nowMs - atMs < CRASH_WINDOW_MS);
    this.#recentMs = [...recent.slice(1 - MAX_RECENT_CRASHES), nowMs];
    return { crashes: this.#inARow, recentCrashes: this.#recentMs.length };
  }

  forget(): void {
    this.#inARow = 0;
    this.#recentMs = [];
  }
}
