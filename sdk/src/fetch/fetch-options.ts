/** The options of a fetch, and their defaults. */
import { Headers } from "undici";
import { type Clock, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkLimit } from "../link/limits.ts";
import { checkOptionNames } from "../link/option-names.ts";
import { AddressRules } from "./address-rules.ts";
import { checkTypePatterns } from "./content-types.ts";
import { type Resolver, systemResolver } from "./guarded-lookup.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

export interface FetchOptions {
  /** Default `GET`. Redirects of another than GET and HEAD are followed only by 303, as GET. */
  readonly method?: (typeof METHODS)[number] | undefined;
  /**
   * For the url's own origin: a redirect to another one gets only `Accept`, `Accept-Language` and
   * `User-Agent`. Default: `User-Agent: seabird`.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Not of GET and HEAD. What comes piece by piece is sent as it comes; give its size as the header
   * `content-length` where the server wants to know it, and an `idleMs` that it fits in.
   */
  readonly body?: string | Uint8Array<ArrayBuffer> | AsyncIterable<Uint8Array> | undefined;
  /** Types such as `image/png` or `image/*`, by the answer's header alone. Default: all. */
  readonly contentTypes?: readonly string[] | undefined;
  /** Bytes of the answer, decompressed. Default 10 MiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds until the last byte is read. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds without a byte, or for connecting, to about a second. Default 10,000. */
  readonly idleMs?: number | undefined;
  /** Redirects that are followed, each checked like the first url. 0: none. Default 5. */
  readonly maxRedirects?: number | undefined;
  /**
   * Addresses and ranges that are opened although they are not public: `10.1.2.3`,
   * `192.168.0.0/16`, `::1`. Default: none. For services on your own network, and for tests.
   */
  readonly allowAddresses?: readonly string[] | undefined;
  /** Aborting it ends the fetch, which then rejects with its reason; also while the body is read. */
  readonly signal?: AbortSignal | undefined;
  /** Default: as the machine resolves names. What it gives is checked. */
  readonly resolve?: Resolver | undefined;
  /** Times `timeoutMs`. Default: the machine's. */
  readonly clock?: Clock | undefined;
}

const ALLOWED: readonly (keyof FetchOptions)[] = [
  "method",
  "headers",
  "body",
  "contentTypes",
  "maxBytes",
  "timeoutMs",
  "idleMs",
  "maxRedirects",
  "allowAddresses",
  "signal",
  "resolve",
  "clock",
];

export type FetchSettings = ReturnType<typeof resolveFetchOptions>;

/** Throws a SeabirdError `bad_option`. */
export function resolveFetchOptions(options: FetchOptions) {
  checkOptionNames("fetchUrl", options, ALLOWED);
  const { maxBytes = 10 * 1024 * 1024, timeoutMs = 30_000, idleMs = 10_000 } = options;
  const { maxRedirects = 5, contentTypes = ["*/*"], allowAddresses = [] } = options;
  for (const [name, value] of Object.entries({ maxBytes, timeoutMs, idleMs })) {
    checkLimit(name, value);
  }
  if (maxRedirects !== 0) checkLimit("maxRedirects", maxRedirects);
  checkTypePatterns(contentTypes);
  return {
    request: resolveRequest(options),
    ...{ contentTypes, maxBytes, timeoutMs, idleMs, maxRedirects },
    rules: new AddressRules(allowAddresses),
    signal: options.signal,
    resolve: options.resolve ?? systemResolver,
    clock: options.clock ?? systemClock,
  };
}

function resolveRequest({ method = "GET", headers = {}, body }: FetchOptions) {
  if (!METHODS.includes(method)) {
    throw badOption("method", `"${String(method)}"; allowed: ${METHODS.join(", ")}`);
  }
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw badOption("body", `given with ${method}; allowed: with ${METHODS.slice(2).join(", ")}`);
  }
  const checked = new Headers({ "user-agent": "seabird" });
  for (const [name, value] of Object.entries(headers)) {
    try {
      checked.set(name, value);
    } catch {
      // Without the value, which may be a secret.
      throw badOption(
        "headers",
        `wrong at ${JSON.stringify(name)}; allowed: names and values of HTTP, in one line`,
      );
    }
  }
  return { method, headers: checked, body };
}

function badOption(name: string, what: string): SeabirdError {
  return new SeabirdError("bad_option", `option ${name} is ${what}`);
}
