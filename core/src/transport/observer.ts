/** What the transport reports to metrics. */
import type { ErrorCode } from "../broker/errors.ts";

export type Wire = "grpc" | "grpc_web" | "connect";

/** Every string is one of a closed set, so it can be a metric's label. */
export interface TransportObserver {
  connectionOpened(protocol: "h2" | "http1"): void;
  connectionClosed(protocol: "h2" | "http1"): void;
  connectionRefused(reason: ConnectionRefusal): void;
  /** `method` is a path of the method table, or "unknown". */
  callEnded(method: string, wire: Wire, outcome: ErrorCode | "ok", durationMs: number): void;
}

export type ConnectionRefusal =
  | "too_many"
  | "too_many_from_address"
  | "opening_timeout"
  | "not_tls"
  | "not_plaintext"
  | "resets"
  | "dead";

export const silentTransportObserver: TransportObserver = {
  connectionOpened() {},
  connectionClosed() {},
  connectionRefused() {},
  callEnded() {},
};
