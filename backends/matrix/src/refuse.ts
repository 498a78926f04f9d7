/** Refusals of the homeserver as refusals of a request. */
import { Refused } from "@seabird-chat/sdk/backend";
import { MatrixError, MatrixUnreachable } from "./connection/matrix-error.ts";

/** Rejects with Refused, in the server's words, where the server refuses or cannot be reached. */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (reason) {
    throw toRefused(reason);
  }
}

export function toRefused(reason: unknown): unknown {
  if (reason instanceof MatrixUnreachable) return new Refused(`not connected: ${reason.message}`);
  if (!(reason instanceof MatrixError)) return reason;
  const { message, retryAfterMs } = reason;
  if (retryAfterMs === undefined) return new Refused(message);
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return new Refused(`the server's rate limit: wait ${seconds} s (${message})`);
}

export function errorText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
