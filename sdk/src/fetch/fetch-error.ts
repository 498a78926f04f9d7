/** The error of a url that is not fetched, or not to its end. */
import { sameAcrossCopies } from "../link/errors.ts";

/**
 * - `url`: no absolute url, or one that is too long.
 * - `scheme`: neither http nor https.
 * - `credentials`: the url has a user name or a password.
 * - `port`: a port of another protocol, such as 25 (the list of the
 *   [Fetch standard](https://fetch.spec.whatwg.org/#port-blocking)).
 * - `address`: the host is, or resolves to, an address that is not public.
 * - `dns`: the host's name does not resolve.
 * - `redirect`: too many redirects, one without a usable target, or one that would send a body again.
 * - `http_status`: the server answered with another status than 200 to 299; it is in `status`.
 * - `content_type`: not one of the allowed types.
 * - `too_large`: more than `maxBytes`.
 * - `timeout`: nothing came for `idleMs`, or it was not complete after `timeoutMs`.
 * - `network`: anything else, such as a refused connection or a bad certificate; see `cause`.
 */
export type FetchFailure =
  | "url"
  | "scheme"
  | "credentials"
  | "port"
  | "address"
  | "dns"
  | "redirect"
  | "http_status"
  | "content_type"
  | "too_large"
  | "timeout"
  | "network";

export interface FetchErrorOptions {
  readonly cause?: unknown;
  readonly status?: number;
}

/** What `fetchUrl` and the file it gives reject with, unless the caller's signal ended them. */
export class FetchError extends Error {
  readonly code: FetchFailure;
  /** The HTTP status of `http_status`. */
  readonly status: number | undefined;

  constructor(code: FetchFailure, message: string, options: FetchErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "FetchError";
    this.code = code;
    this.status = options.status;
  }
}

sameAcrossCopies(FetchError, "seabird.fetch-error");

export function tooLarge(maxBytes: number, how: string): FetchError {
  return new FetchError("too_large", `the answer ${how}; at most ${maxBytes} are read (maxBytes)`);
}
