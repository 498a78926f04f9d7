/** The one error class of the SDK, for core, the network and wrong options; its codes are closed. */
import { Code, ConnectError } from "@connectrpc/connect";

/** The codes of gRPC in their order (index = status number), then two of the SDK's own. */
export const SEABIRD_ERROR_CODES = [
  "ok",
  "cancelled",
  "unknown",
  "invalid_argument",
  "deadline_exceeded",
  "not_found",
  "already_exists",
  "permission_denied",
  "resource_exhausted",
  "failed_precondition",
  "aborted",
  "out_of_range",
  "unimplemented",
  "internal",
  "unavailable",
  "data_loss",
  "unauthenticated",
  "bad_option",
  "closed",
] as const;

export type SeabirdErrorCode = (typeof SEABIRD_ERROR_CODES)[number];

export interface SeabirdErrorOptions {
  cause?: unknown;
  /** Milliseconds after which core says a retry makes sense (trailer `retry-after-ms`). */
  retryAfterMs?: number | undefined;
}

/**
 * What every promise and iterator of the SDK rejects with.
 *
 * `code` is gRPC's status in lower case, `bad_option` for options that cannot work, or
 * `closed` for a client that was closed. `message` is core's own text. After `unavailable`,
 * `deadline_exceeded` or `aborted` with `outcome unknown` an action may have happened. The SDK
 * repeats only sends, and those only where core says them once.
 */
export class SeabirdError extends Error {
  readonly code: SeabirdErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: SeabirdErrorCode, message: string, options: SeabirdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "SeabirdError";
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Makes a SeabirdError of anything thrown; one that is already one stays itself. */
  static from(reason: unknown): SeabirdError {
    if (reason instanceof SeabirdError) return reason;
    const error = ConnectError.from(reason);
    if (error.cause instanceof SeabirdError) return error.cause;
    const code = isLostConnection(error) ? "unavailable" : SEABIRD_ERROR_CODES[error.code];
    const message = isReset(error) && code === "unavailable" ? LOST : error.rawMessage.trim();
    return new SeabirdError(code ?? "unknown", message, {
      cause: reason,
      retryAfterMs: parseRetryAfterMs(error.metadata.get("retry-after-ms")),
    });
  }
}

type Class = abstract new (...args: never[]) => object;

/**
 * Makes `instanceof` hold for objects of the same class of another copy of the SDK: a plugin may
 * bring its own, while the program that runs it has one too.
 */
export function sameAcrossCopies(type: Class, name: string): void {
  const mark = Symbol.for(name);
  Object.defineProperty(type.prototype, mark, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, given: unknown): boolean {
      // Subclasses inherit this function, and are compared as usual.
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this, given);
      return typeof given === "object" && given !== null && mark in given;
    },
  });
}

sameAcrossCopies(SeabirdError, "seabird.error");

const IMPOSSIBLE = Symbol.for("seabird.error.impossible");

/**
 * Marks what a network cannot do. Its message may be shown to the person who asked for it; those of
 * other errors, of the same code too, may name files and settings. Returns the error.
 */
export function markImpossible(error: SeabirdError): SeabirdError {
  return Object.defineProperty(error, IMPOSSIBLE, { value: true, configurable: true });
}

export function isImpossible(error: unknown): error is SeabirdError {
  try {
    return error instanceof SeabirdError && IMPOSSIBLE in error;
  } catch {
    // A thrown value may be a proxy on which even `instanceof` throws.
    return false;
  }
}

/**
 * Connect gives a broken connection one of many codes. An answer of core has trailers;
 * a system error or a reset without them is the connection's.
 */
function isLostConnection(error: ConnectError): boolean {
  if ([...error.metadata.keys()].length > 0) return false;
  const { cause } = error;
  if (cause instanceof Error && "code" in cause && typeof cause.code === "string") return true;
  return isReset(error) && (error.code === Code.Internal || error.code === Code.Canceled);
}

function isReset({ rawMessage }: ConnectError): boolean {
  return rawMessage.startsWith("http/2 stream closed with error code");
}

/** The message of a connection that broke without a reason. */
export const LOST = "the connection to core was lost";

const MAX_RETRY_AFTER_MS = 3_600_000;

/** Of the trailer `retry-after-ms`: at most an hour; undefined for what is no number. */
export function parseRetryAfterMs(trailer: string | null | undefined): number | undefined {
  if (typeof trailer !== "string" || !/^\d{1,9}$/.test(trailer)) return undefined;
  return Math.min(Number(trailer), MAX_RETRY_AFTER_MS);
}
