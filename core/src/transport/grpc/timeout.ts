/** The header `grpc-timeout`: a caller's own limit. */
import { BrokerError, timedOut } from "../../broker/errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  n: 1e-6,
  u: 1e-3,
  m: 1,
  S: 1_000,
  M: 60_000,
  H: 3_600_000,
};

/**
 * Milliseconds until the caller's limit, `undefined` without one. Throws `bad_timeout` for a
 * malformed value and `request_timeout` for one that is over already.
 */
export function parseTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const unit = UNIT_MS[header.slice(-1)];
  const digits = header.slice(0, -1);
  if (unit === undefined || digits.length > 8 || !/^[0-9]+$/.test(digits)) {
    throw new BrokerError("bad_timeout", "malformed grpc-timeout");
  }
  const timeoutMs = Number(digits) * unit;
  if (timeoutMs <= 0) throw timedOut();
  return timeoutMs;
}
