/**
 * The one table of errors by code: the gRPC status, who is responsible, and whether to retry.
 */
import type { ErrorCode } from "./errors.ts";

/** The names of the standard's status codes that core sends. */
export type GrpcStatus =
  | "OK"
  | "CANCELLED"
  | "UNKNOWN"
  | "INVALID_ARGUMENT"
  | "DEADLINE_EXCEEDED"
  | "NOT_FOUND"
  | "ALREADY_EXISTS"
  | "PERMISSION_DENIED"
  | "RESOURCE_EXHAUSTED"
  | "FAILED_PRECONDITION"
  | "ABORTED"
  | "UNIMPLEMENTED"
  | "INTERNAL"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

export interface StatusRow {
  readonly status: GrpcStatus;
  /** Who can prevent the error. */
  readonly responsible: "caller" | "backend" | "core" | "operator";
  /**
   * `no`: the same call fails again. `later`: it may succeed after a while (after
   * `retry-after-ms`, if given). `reconnect`: open the stream again. `careful`: it may have
   * happened already, so repeat only what may happen twice.
   */
  readonly retry: "no" | "later" | "reconnect" | "careful";
}

const row = (
  status: GrpcStatus,
  responsible: StatusRow["responsible"],
  retry: StatusRow["retry"],
): StatusRow => ({ status, responsible, retry });

export const STATUS_BY_CODE: Readonly<Record<ErrorCode, StatusRow>> = {
  bad_id: row("INVALID_ARGUMENT", "caller", "no"),
  bad_block: row("INVALID_ARGUMENT", "caller", "no"),
  bad_hello: row("INVALID_ARGUMENT", "backend", "no"),
  bad_request: row("INVALID_ARGUMENT", "caller", "no"),
  bad_timeout: row("INTERNAL", "caller", "no"),
  undecodable: row("INTERNAL", "caller", "no"),
  unauthenticated: row("UNAUTHENTICATED", "caller", "no"),
  token_revoked: row("UNAUTHENTICATED", "operator", "no"),
  token_expired: row("UNAUTHENTICATED", "operator", "no"),
  token_store_unavailable: row("UNAVAILABLE", "operator", "later"),
  missing_scope: row("PERMISSION_DENIED", "caller", "no"),
  command_taken: row("ALREADY_EXISTS", "caller", "later"),
  backend_taken: row("ALREADY_EXISTS", "backend", "later"),
  unknown_backend: row("NOT_FOUND", "caller", "later"),
  channel_not_found: row("NOT_FOUND", "caller", "later"),
  attachment_not_found: row("NOT_FOUND", "caller", "later"),
  token_not_found: row("NOT_FOUND", "caller", "no"),
  stream_not_found: row("NOT_FOUND", "caller", "no"),
  service_not_found: row("NOT_FOUND", "caller", "no"),
  backend_refused: row("UNKNOWN", "backend", "no"),
  backend_gone: row("UNAVAILABLE", "backend", "careful"),
  unexpected_answer: row("INTERNAL", "backend", "no"),
  request_timeout: row("DEADLINE_EXCEEDED", "backend", "careful"),
  outcome_unknown: row("ABORTED", "backend", "careful"),
  unsupported: row("FAILED_PRECONDITION", "caller", "no"),
  other_instance: row("FAILED_PRECONDITION", "operator", "careful"),
  too_many_in_flight: row("RESOURCE_EXHAUSTED", "backend", "later"),
  rate_limited: row("RESOURCE_EXHAUSTED", "caller", "later"),
  too_many_keys: row("RESOURCE_EXHAUSTED", "caller", "later"),
  too_many_uploads: row("RESOURCE_EXHAUSTED", "caller", "later"),
  media_full: row("RESOURCE_EXHAUSTED", "operator", "later"),
  too_many_streams: row("RESOURCE_EXHAUSTED", "caller", "later"),
  message_too_large: row("RESOURCE_EXHAUSTED", "caller", "no"),
  fell_behind: row("RESOURCE_EXHAUSTED", "caller", "reconnect"),
  unknown_method: row("UNIMPLEMENTED", "caller", "no"),
  unknown_encoding: row("UNIMPLEMENTED", "caller", "no"),
  disconnected: row("UNAVAILABLE", "operator", "reconnect"),
  shutting_down: row("UNAVAILABLE", "operator", "later"),
  cancelled: row("CANCELLED", "caller", "no"),
  internal: row("INTERNAL", "core", "no"),
};
