/**
 * Cross-origin requests of browsers: closed unless an origin is listed. A token is needed in
 * any case, and is never sent by a browser on its own.
 */
import { INSTANCE_HEADER } from "@seabird-chat/protocol";
import { DISCOVERY_HEADER_NAMES } from "../discovery.ts";
import { type Exchange, requestHeader } from "./exchange.ts";

/** `PUT` is for the bytes of uploads. */
const ALLOWED_METHODS = "POST, GET, PUT";
const ALLOWED_HEADERS = [
  "authorization",
  "content-type",
  "connect-protocol-version",
  "connect-timeout-ms",
  "grpc-timeout",
  "x-grpc-web",
  "x-user-agent",
  INSTANCE_HEADER,
].join(", ");
const EXPOSED_HEADERS = [
  "grpc-status",
  "grpc-message",
  "retry-after-ms",
  ...DISCOVERY_HEADER_NAMES,
].join(", ");
/** How long a browser may remember the answer to its preflight, in seconds. */
const MAX_AGE_S = "7200";

export class Cors {
  readonly #origins: ReadonlySet<string>;

  /** Origins as browsers write them, as `https://chat.example`; `*` allows all. */
  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  /** Adds the response headers. Returns whether the request was a preflight, and is answered. */
  handle(exchange: Exchange): boolean {
    const { request, response } = exchange;
    const origin = requestHeader(exchange, "origin");
    const preflight =
      request.method === "OPTIONS" &&
      requestHeader(exchange, "access-control-request-method") !== undefined;
    if (origin !== undefined && this.#allows(origin)) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("vary", "origin");
      if (preflight) this.#allowPreflight(exchange);
      else response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    }
    if (!preflight) return false;
    request.resume();
    response.statusCode = 204;
    response.end();
    return true;
  }

  #allows(origin: string): boolean {
    return this.#origins.has("*") || this.#origins.has(origin);
  }

  #allowPreflight({ response }: Exchange): void {
    response.setHeader("access-control-allow-methods", ALLOWED_METHODS);
    response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    response.setHeader("access-control-max-age", MAX_AGE_S);
  }
}
