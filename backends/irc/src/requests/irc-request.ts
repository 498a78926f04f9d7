/** What is asked of a network, and what comes of it. */
import type { SuccessCondition } from "./success-condition.ts";

export interface IrcRequest {
  readonly id: string;
  /** Whom it concerns: errors that name it are its own. */
  readonly target: string;
  readonly lines: readonly string[];
  readonly expect: SuccessCondition;
  /** Moment of arrival by the clock in use. */
  readonly arrivedAtMs: number;
  /** Aborted when nobody wants the answer any more: lines that still wait are not sent. */
  readonly signal?: AbortSignal;
}

/** undefined: it happened. Otherwise why not. */
export type RequestOutcome = string | undefined;
