/** Tells a failure that passes by itself, such as a network that is away, from all others. Pure. */
import { SeabirdError } from "./errors.ts";

/**
 * What backends answer while their network is away, too slow or too busy; core passes it on. While a
 * network is lost core adds a time to retry, which is all that is looked at then. The text is the only
 * sign where core is older, where the backend does not report that its network is lost, or has not yet,
 * and where the network is there and slow.
 */
const REASONS: readonly RegExp[] = [
  /\bnot connected\b/,
  /\blost its connection\b/,
  /^the backend (is leaving|took too long)$|^the session is over$/,
  // IRC: the server is silent, or its flood limit holds the message up.
  /^not sent: |\bdid not confirm it in time$|\blines were sent in time$/,
  // A network that has not answered: a backend whose network does a request once repeats it safely.
  /\bmay or may not have been (done|sent)\b/,
  /\bthe server's rate limit: wait \d+ s\b|\bmessages wait to be sent already$/,
  /^would take \d+ s at this server's rate|\brequests already wait for the network$/,
];

const CONNECTION = /\bconnection\b/;
const WAS_LOST = /\bwas lost\b/;

/** `connection to x was lost`; in two steps, since one expression looks for its end from each start. */
function tellsLoss(message: string): boolean {
  const at = message.search(CONNECTION);
  return at >= 0 && WAS_LOST.test(message.slice(at));
}

/** Core's texts for a backend that is not connected to it. */
const NO_BACKEND: readonly string[] = ["unknown backend", "backend not found"];

/** The message of a send (code `aborted`) of which nobody can tell whether it was said. */
export const OUTCOME_UNKNOWN = "outcome unknown";

/** Of Node and its `fetch`, for servers that a plugin asks by itself. */
const SYSTEM_CODES: ReadonlySet<unknown> = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"],
  ...["EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN"],
  ...["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"],
  "UND_ERR_SOCKET",
]);

const MAX_CAUSES = 8;

/**
 * Whether something fails because core, a backend, its network or another server is away, slow or
 * overloaded: the same call may succeed later. It may also have happened already.
 *
 * Of what a backend refuses it goes by core, which knows whether the backend's network is lost; with a
 * core that does not say so, by the texts of refusals.
 */
export function isUnavailable(reason: unknown): boolean {
  let error = reason;
  for (let depth = 0; depth < MAX_CAUSES && error instanceof Error; depth++) {
    if (error instanceof SeabirdError) return isUnavailableCode(error);
    if (error.name === "TimeoutError") return true;
    if ("code" in error && SYSTEM_CODES.has(error.code)) return true;
    error = error.cause;
  }
  return false;
}

function isUnavailableCode({ code, message, retryAfterMs }: SeabirdError): boolean {
  switch (code) {
    case "unavailable":
    case "deadline_exceeded":
      return true;
    case "aborted":
      return message === OUTCOME_UNKNOWN;
    case "not_found":
      return NO_BACKEND.includes(message);
    case "resource_exhausted":
      return retryAfterMs !== undefined;
    case "unknown":
      if (retryAfterMs !== undefined || tellsLoss(message)) return true;
      return REASONS.some((each) => each.test(message));
    default:
      return false;
  }
}
