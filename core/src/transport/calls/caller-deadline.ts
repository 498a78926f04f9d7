/** Enforces a caller's own time limit, for methods that do not do so themselves. */
import { type BrokerError, timedOut } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";
import type { ActiveCall } from "./active-call.ts";

/** The longest that a timer can be set for: more than 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Calls `then` with `request_timeout` when the caller's limit is reached; returns the undo. */
export function atCallerDeadline(
  { clock }: Pick<ServerContext, "clock">,
  { arrivedAtMs, timeoutMs }: ActiveCall,
  then: (error: BrokerError) => void,
): () => void {
  if (timeoutMs === undefined) return nothing;
  const leftMs = Math.max(0, arrivedAtMs + timeoutMs - clock.now());
  if (leftMs > MAX_TIMER_MS) return nothing;
  return clock.after(leftMs, () => then(timedOut()));
}

function nothing(): void {
  // There is no timer to clear.
}
