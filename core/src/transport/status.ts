/** The numbers of gRPC's status codes. */
import { type GrpcStatus, STATUS_BY_CODE } from "../broker/error-status.ts";
import type { ErrorCode } from "../broker/errors.ts";

/** gRPC's status codes: names and numbers are the standard's. */
export const GRPC_STATUS = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const satisfies Record<GrpcStatus, number>;

/** The number that goes into `grpc-status`. */
export function grpcStatusOf(code: ErrorCode): number {
  return GRPC_STATUS[STATUS_BY_CODE[code].status];
}
