/** A failed call, in the log. */
import type { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";

/** Logs what went wrong; the cause is for the log alone. */
export function logFailure(
  context: Pick<ServerContext, "log">,
  path: string,
  error: BrokerError,
): void {
  const fields = { method: path, code: error.code, reason: error.message, cause: error.cause };
  if (error.code === "internal") context.log.error(fields, "call failed inside core");
  else context.log.debug(fields, "call failed");
}
