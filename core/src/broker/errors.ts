/**
 * The one error of core, and its closed list of codes.
 *
 * The message of a BrokerError reaches the caller as it is; its cause only the log.
 * `error-status.ts` has each code's gRPC status, `docs/errors.md` the responsible party and
 * whether to retry.
 */
export const ERROR_CODES = [
  "bad_id",
  "bad_block",
  "bad_hello",
  "bad_request",
  "bad_timeout",
  "undecodable",
  "unauthenticated",
  "token_revoked",
  "token_expired",
  "token_store_unavailable",
  "missing_scope",
  "command_taken",
  "backend_taken",
  "unknown_backend",
  "channel_not_found",
  "attachment_not_found",
  "token_not_found",
  "stream_not_found",
  "service_not_found",
  "backend_refused",
  "backend_gone",
  "unexpected_answer",
  "request_timeout",
  "outcome_unknown",
  "unsupported",
  "other_instance",
  "too_many_in_flight",
  "rate_limited",
  "too_many_keys",
  "too_many_uploads",
  "media_full",
  "too_many_streams",
  "message_too_large",
  "fell_behind",
  "unknown_method",
  "unknown_encoding",
  "disconnected",
  "shutting_down",
  "cancelled",
  "internal",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

export interface BrokerErrorOptions {
  /** Goes to the log, never to the wire. */
  cause?: unknown;
  /** Milliseconds after which a retry makes sense; sent as the trailer `retry-after-ms`. */
  retryAfterMs?: number;
}

export class BrokerError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: BrokerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "BrokerError";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The only way an unknown throw becomes an error of ours: what is not one is `internal`. */
  static from(reason: unknown): BrokerError {
    if (reason instanceof BrokerError) return reason;
    return new BrokerError("internal", "internal error", { cause: reason });
  }
}

/** A request without an answer in time. */
export function timedOut(): BrokerError {
  return new BrokerError("request_timeout", "request timed out");
}

/** A call whose caller has gone; no caller sees it. */
export function cancelled(): BrokerError {
  return new BrokerError("cancelled", "call cancelled");
}

export function shuttingDown(): BrokerError {
  return new BrokerError("shutting_down", "core is shutting down");
}

export function missingScope(scope: string): BrokerError {
  return new BrokerError("missing_scope", `token lacks the scope "${scope}"`);
}
