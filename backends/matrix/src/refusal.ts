/** Turns what the homeserver refuses into what core's caller reads. */
import { Refused } from "@seabird-chat/sdk/backend";
import { MatrixError, MatrixUnreachable } from "./connection/matrix-error.ts";

/** Refusals of the server, and its silence, are no faults of the backend. */
export async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (reason) {
    if (!(reason instanceof MatrixError || reason instanceof MatrixUnreachable)) throw reason;
    throw new Refused(reason.message, { cause: reason });
  }
}

export function errorText(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** Throws Refused for what cannot be an event's id. */
export function checkedId(id: string): string {
  if (/^\$[^\s]{1,254}$/u.test(id)) return id;
  throw new Refused("that is not the id of a message on Matrix");
}
