/** Defaults of the limits of a connection; `IrcOptions` documents each of them. */
import type { IrcOptions } from "./options.ts";

export const DEFAULT_LIMITS = {
  burstLines: 8,
  lineIntervalMs: 500,
  answerWithinMs: 10_000,
  sendBudgetMs: 8_000,
  maxWaitingRequests: 256,
  nickCheckMs: 60_000,
  registerWithinMs: 30_000,
  capWaitMs: 10_000,
  saslWaitMs: 15_000,
  refusedPauseMs: 30_000,
  identifyWaitMs: 5_000,
  rejoinAfterMs: 5_000,
  joinRetryMs: 60_000,
  pingIntervalMs: 15_000,
  pingTimeoutMs: 30_000,
  reconnectMinMs: 1_000,
  reconnectMaxMs: 30_000,
} as const satisfies Partial<IrcOptions>;

export type LimitName = keyof typeof DEFAULT_LIMITS;
