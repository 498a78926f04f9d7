/** A caller's own limit, as each wire writes it. */
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { parseTimeout } from "../grpc/timeout.ts";
import { type Exchange, requestHeader } from "../http/exchange.ts";
import type { RequestKind } from "./request-kind.ts";

/** Milliseconds, or `undefined`. Throws `bad_timeout`, or `request_timeout` if it is over. */
export function callerTimeout(exchange: Exchange, kind: RequestKind): number | undefined {
  if (kind.wire === "grpc_web") return parseTimeout(requestHeader(exchange, "grpc-timeout"));
  const value = requestHeader(exchange, "connect-timeout-ms");
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(value)) {
    throw new BrokerError("bad_timeout", "malformed connect-timeout-ms");
  }
  if (Number(value) === 0) throw timedOut();
  return Number(value);
}
