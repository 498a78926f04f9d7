/** Logs failed calls. */
import type { LineKind } from "../../broker/aggregated-log.ts";
import type { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";

const FAILED_INSIDE: LineKind = {
  level: "error",
  by: "method",
  text: "call failed inside core",
  burst: 10,
};

/** Logs the error with its cause, which never reaches the wire. */
export function logFailure(
  context: Pick<ServerContext, "log" | "peerLog">,
  path: string,
  error: BrokerError,
): void {
  const fields = { method: path, code: error.code, reason: error.message, cause: error.cause };
  if (error.code === "internal") context.peerLog.add(FAILED_INSIDE, path, fields);
  else context.log.debug(fields, "call failed");
}
