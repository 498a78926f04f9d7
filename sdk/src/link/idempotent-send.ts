/**
 * Sends again what may have been lost with the connection: with the same key, to the same run of
 * core, which says it once (protocol: the messages extension, idempotency).
 */
import { type Clock, pause } from "./clock.ts";
import type { CoreIdentity } from "./core-headers.ts";
import { SeabirdError } from "./errors.ts";
import { OUTCOME_UNKNOWN } from "./unavailable.ts";

/** Pauses before the second and each later repetition, the last one from then on; the first is at once. */
const PAUSES_MS: readonly number[] = [0, 100, 250, 500, 1_000, 2_000];

export interface IdempotentSend<T> {
  readonly core: CoreIdentity;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** By the clock. */
  readonly endsAt: number;
  isClosed(): boolean;
  /**
   * One attempt, always with the same key; at this run of core only, if one is given. Rejects with a
   * SeabirdError.
   */
  attempt(instance?: string): Promise<T>;
  /**
   * Any call that core answers at once, so that `core.instance` is that of the connection. There are
   * cores that do not know the header by which an attempt is for one run only.
   */
  ask(): Promise<unknown>;
}

/** Rejects with `aborted`, `outcome unknown`, if it may have been sent and cannot be repeated. */
export async function sendIdempotently<T>(send: IdempotentSend<T>): Promise<T> {
  const { instance } = send.core;
  try {
    return await send.attempt();
  } catch (reason) {
    const error = SeabirdError.from(reason);
    if (error.code !== "unavailable" || wasNeverSent(error)) throw error;
    return repeat(send, instance, error);
  }
}

async function repeat<T>(
  send: IdempotentSend<T>,
  instance: string | undefined,
  first: SeabirdError,
): Promise<T> {
  const { core, clock, signal, endsAt } = send;
  let last = first;
  for (let round = 0; instance !== undefined; round += 1) {
    const pauseMs = PAUSES_MS[Math.min(round, PAUSES_MS.length - 1)] ?? 0;
    if (send.isClosed() || clock.now() + pauseMs >= endsAt) break;
    if (pauseMs > 0) await pause(clock, pauseMs, signal);
    if (send.isClosed()) break;
    try {
      await send.ask();
    } catch (reason) {
      last = SeabirdError.from(reason);
      if (last.code === "unavailable") continue;
      if (last.code === "cancelled") throw last;
      break;
    }
    // The attempt that follows at once takes the connection that has just been answered on.
    if (core.instance !== instance) break;
    try {
      return await send.attempt(instance);
    } catch (reason) {
      last = SeabirdError.from(reason);
      // Another run of core has answered, and refused.
      if (core.instance !== instance) break;
      if (IS_SETTLED.has(last.code)) throw last;
      if (last.code !== "unavailable") break;
    }
  }
  throw new SeabirdError("aborted", OUTCOME_UNKNOWN, { cause: last });
}

/** Refusals that the first attempt has met too, or that say how it ended; and the caller's own end. */
const IS_SETTLED: ReadonlySet<string> = new Set([
  "unknown",
  "invalid_argument",
  "failed_precondition",
  "cancelled",
]);

const MAX_CAUSES = 8;
const CONNECTING: ReadonlySet<unknown> = new Set(["connect", "getaddrinfo"]);

/** Whether there was no connection to send it on. */
function wasNeverSent(error: SeabirdError): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1) {
    if ("syscall" in cause && CONNECTING.has(cause.syscall)) return true;
    if ("code" in cause && cause.code === "ECONNREFUSED") return true;
    cause = cause.cause;
  }
  return false;
}
