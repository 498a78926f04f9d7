/** Finds out that core has taken a stream: the protocol has no answer to a Hello. */
import { createClient } from "@connectrpc/connect";
import { Health } from "@seabird-chat/protocol/grpc";
import { type Clock, nextTurn, pause } from "./clock.ts";
import type { Connection } from "./connection.ts";
import { SeabirdError } from "./errors.ts";

/** Our core sends a stream's headers at once; others may wait for its first message. */
const MAX_HEADERS_WAIT_MS = 2_000;
const MAX_BARRIER_WAIT_MS = 5_000;
/** Calls one after the other: core needs one more round trip when it asks after a namesake. */
const BARRIERS = 3;

/** Resolves with whether the headers came in the time in which our core sends them. */
export async function headersArriveInTime(
  headers: Promise<void>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal]);
  const late = pause(clock, MAX_HEADERS_WAIT_MS, limit).then(() => false);
  const inTime = await Promise.race([headers.then(() => true), late]);
  stop.abort();
  return inTime;
}

/**
 * Resolves with whether core answers calls, whatever the answers are. It reads a connection in
 * order, so a stream begun before that it refuses has ended by then. Never rejects.
 */
export async function isCoreAnswering(
  connection: Connection,
  signal: AbortSignal,
): Promise<boolean> {
  const health = createClient(Health, connection.transport);
  for (let i = 0; i < BARRIERS; i++) {
    try {
      await health.check({}, { signal, timeoutMs: MAX_BARRIER_WAIT_MS });
    } catch (reason) {
      if (NO_ANSWER.has(SeabirdError.from(reason).code)) return false;
    }
  }
  await nextTurn();
  return !signal.aborted;
}

const NO_ANSWER: ReadonlySet<string> = new Set(["unavailable", "deadline_exceeded", "cancelled"]);
