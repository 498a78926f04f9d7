/** Finds out that core has taken a Hello: the protocol has no answer to it. */

import { setImmediate, setTimeout as wait } from "node:timers/promises";
import { createClient } from "@connectrpc/connect";
import { Health } from "@seabird/protocol/grpc";
import type { Connection } from "./connection.ts";

/** Core sends the headers at once; another core may send them only with its first request. */
const MAX_HEADERS_WAIT_MS = 2_000;
const MAX_BARRIER_WAIT_MS = 5_000;

/**
 * Resolves when core has sent the stream's headers, which shows that it took the token, and
 * then has answered one call that was made after Hello on the same connection, whatever the
 * answer is. Core reads a connection in order, so a Hello that it refuses has ended its
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
  await health.check({}, { signal, timeoutMs: MAX_BARRIER_WAIT_MS }).catch(() => undefined);
  await setImmediate();
}
