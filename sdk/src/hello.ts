/** Finds out that core has taken a Hello: the protocol has no answer to it. */

import { setImmediate, setTimeout as wait } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { Health } from "@seabird/protocol/grpc";
import type { Connection } from "./connection.ts";

/** Core sends the headers at once; another core may send them only with its first request. */
const MAX_HEADERS_WAIT_MS = 2_000;
const MAX_BARRIER_WAIT_MS = 5_000;
/** Calls one after the other: core needs one more round trip when it asks after a namesake. */
const BARRIERS = 3;

/**
 * Resolves when core has sent the stream's headers, which shows that it took the token, and
 * then has answered calls that were made after Hello on the same connection, whatever the
 * answers are. Core reads a connection in order, so a Hello that it refuses has ended its
 * stream by then. Never rejects.
 */
export async function helloAccepted(
  connection: Connection,
  headers: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const limit = AbortSignal.any([signal, stop.signal]);
  const late = wait(MAX_HEADERS_WAIT_MS, undefined, { signal: limit }).catch(() => undefined);
  await Promise.race([headers, late]);
  stop.abort();
  const health = createClient(Health, connection.transport);
  for (let i = 0; i < BARRIERS && !signal.aborted; i++) {
    await health.check({}, { signal, timeoutMs: MAX_BARRIER_WAIT_MS }).catch(() => undefined);
  }
  await setImmediate();
}
