/** The outcome of a gRPC call, from its response headers and trailers. Pure. */
import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import {
  parseRetryAfterMs,
  SEABIRD_ERROR_CODES,
  SeabirdError,
  type SeabirdErrorCode,
} from "./errors.ts";

/** gRPC: "HTTP to gRPC Status Code Mapping"; all others are `unknown`. */
const BY_HTTP_STATUS: ReadonlyMap<number, SeabirdErrorCode> = new Map([
  [400, "internal"],
  [401, "unauthenticated"],
  [403, "permission_denied"],
  [404, "unimplemented"],
  [429, "unavailable"],
  [502, "unavailable"],
  [503, "unavailable"],
  [504, "unavailable"],
]);

const CONTENT_TYPE = /^application\/grpc(\+proto|\+json(; ?charset=utf-?8)?)?$/i;
/** Numbers beyond belong to the SDK. */
const GRPC_CODES = SEABIRD_ERROR_CODES.indexOf("unauthenticated") + 1;

/** The error with which a response ends at its headers; undefined if messages may follow. */
export function headersError(
  headers: IncomingHttpHeaders & IncomingHttpStatusHeader,
): SeabirdError | undefined {
  const status = headers[":status"];
  if (status !== 200) {
    const code = BY_HTTP_STATUS.get(Number(status)) ?? "unknown";
    return new SeabirdError(code, `HTTP ${status}`, retryAfter(headers));
  }
  const type = headers["content-type"];
  if (type === undefined || !CONTENT_TYPE.test(type)) {
    return new SeabirdError("unknown", `unsupported content type ${type ?? "none"}`);
  }
  const encoding = text(headers, "grpc-encoding") ?? "identity";
  if (encoding.toLowerCase() !== "identity") {
    const what = `unsupported response encoding "${encoding}"`;
    return new SeabirdError("internal", what, retryAfter(headers));
  }
  return statusError(headers);
}

/** The error that headers or trailers carry; undefined if there is none, or no status. */
export function statusError(headers: IncomingHttpHeaders): SeabirdError | undefined {
  const status = text(headers, "grpc-status");
  if (status === undefined || status === "0") return undefined;
  const code = /^[1-9]\d?$/.test(status) ? SEABIRD_ERROR_CODES[Number(status)] : undefined;
  if (code === undefined || Number(status) >= GRPC_CODES) {
    return new SeabirdError("internal", `invalid grpc-status: ${status}`, retryAfter(headers));
  }
  const message = decodeMessage(text(headers, "grpc-message") ?? "");
  return new SeabirdError(code, message, retryAfter(headers));
}

export function hasStatus(headers: IncomingHttpHeaders): boolean {
  return headers["grpc-status"] !== undefined;
}

/** gRPC: what is not percent-encoded in a proper way stays as it is. */
function decodeMessage(encoded: string): string {
  try {
    return decodeURIComponent(encoded).trim();
  } catch {
    return encoded;
  }
}

function retryAfter(headers: IncomingHttpHeaders) {
  return { retryAfterMs: parseRetryAfterMs(text(headers, "retry-after-ms")) };
}

function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
