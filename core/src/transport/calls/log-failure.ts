/** Logs failed calls. */
import type { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";

/** Logs the error with its cause, which never reaches the wire. */
export function logFailure(
  context: Pick<ServerContext, "log">,
  path: string,
  error: BrokerError,
): void {
  const fields = { method: path, code: error.code, reason: error.message, cause: error.cause };
  if (error.code === "internal") context.log.error(fields, "call failed inside core");
  else context.log.debug(fields, "call failed");
}
