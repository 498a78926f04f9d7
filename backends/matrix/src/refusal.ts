/** Turns what the homeserver refuses into what core's caller reads. */
import { Refused } from "@seabird-chat/sdk/backend";
import { MatrixError, MatrixUncertain, MatrixUnreachable } from "./connection/matrix-error.ts";
import { idIn } from "./matrix-ids.ts";

/** Refusals of the server, and its silence, are no faults of the backend: they reject with Refused. */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (reason) {
    if (!(reason instanceof MatrixError || reason instanceof MatrixUnreachable)) throw reason;
    throw new Refused(errorText(reason), { cause: reason });
  }
}

/** In the server's words; older cores know by "not connected" that it is temporary. */
export function errorText(reason: unknown): string {
  if (reason instanceof MatrixUncertain) {
    return `${reason.message}; it may or may not have been done`;
  }
  if (reason instanceof MatrixUnreachable) return `not connected: ${reason.message}`;
  if (reason instanceof MatrixError && reason.retryAfterMs !== undefined) {
    const seconds = Math.ceil(reason.retryAfterMs / 1_000);
    return `the server's rate limit: wait ${seconds} s (${reason.message})`;
  }
  return reason instanceof Error ? reason.message : String(reason);
}

/** Throws Refused for what cannot be an event's id. */
export function checkedId(id: string): string {
  if (idIn(id, "$") === undefined) throw new Refused("that is not the id of a message on Matrix");
  return id;
}
