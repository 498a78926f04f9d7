/** Who is told what the transport does: the log, and the metrics. */
import type { ErrorCode } from "../broker/errors.ts";

/** The part of a logger that is used; pino fits. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type Wire = "grpc" | "grpc_web" | "connect";

/** What metrics can be made of. Every label here has a bounded number of values. */
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

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

export const silentTransportObserver: TransportObserver = {
  connectionOpened() {},
  connectionClosed() {},
  connectionRefused() {},
  callEnded() {},
};
