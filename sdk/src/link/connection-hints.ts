/** Hints for errors of a link that does not come up: what to do about each. Pure. */
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";

type Hint = (url: string) => string;

const notCore: Hint = (url) => `what answers at ${url} is not core; check SEABIRD_HOST`;
const wantsTls: Hint = (url) =>
  url.startsWith("https:")
    ? notCore(url)
    : `what answers at ${url} is not core, or it wants https://`;
const noTls: Hint = (url) =>
  `${url} speaks no TLS that fits; without TLS the address begins with http://`;

/** By the system's or TLS's error code. */
const BY_SYSTEM_CODE: readonly (readonly [codes: RegExp, hint: Hint])[] = [
  [
    /^ECONNREFUSED$/,
    (url) => `nothing listens at ${url}; start core there, or set SEABIRD_HOST to where it is`,
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    (url) => `the host in ${url} is not known; check SEABIRD_HOST and the network`,
  ],
  [/^ERR_HTTP2_ERROR$/, wantsTls],
  [/NO_APPLICATION_PROTOCOL/, notCore],
  [/^(EPROTO|ERR_SSL_.*)$/, noTls],
  [
    /ALTNAME_INVALID/,
    (url) => `${url} is not a name that its certificate has; use one that is in it`,
  ],
  [
    /^(.*_CERT|.*_SIGNATURE|.*CERT_.*)$/,
    () => "its certificate is not trusted here; give its authority as `ca` or NODE_EXTRA_CA_CERTS",
  ],
];

/** By what core, or a server in its place, answered. */
const BY_CODE: Partial<Record<SeabirdErrorCode, Hint>> = {
  unauthenticated: (url) =>
    `core at ${url} does not know this token; make one with \`seabird token create\` and set SEABIRD_TOKEN`,
  permission_denied: (url) =>
    `the token is not allowed to do this at ${url}; make one with the scope it names`,
  already_exists: () => "stop the other process that holds it, or choose another name",
  invalid_argument: () => "core refuses these options",
  unimplemented: notCore,
};

/** By a phrase of the message, where neither code is specific. */
const BY_PHRASE: readonly (readonly [phrase: string, hint: Hint])[] = [
  // An endpoint without TLS may close the connection at the first bytes of a handshake.
  ["before secure TLS connection", noTls],
  // INADEQUATE_SECURITY: the answer of core with a certificate to a client without TLS.
  ["Session closed with error code 12", wantsTls],
  ["unsupported content type", notCore],
];

/**
 * The same error with the hint behind its message; itself, if there is none. Its cause has the message
 * without the hint.
 */
export function addHint(error: SeabirdError, url: string): SeabirdError {
  const hint = hintFor(error);
  if (hint === undefined) return error;
  return new SeabirdError(error.code, `${error.message} (${hint(url)})`, {
    cause: error.cause ?? error,
    retryAfterMs: error.retryAfterMs,
  });
}

function hintFor(error: SeabirdError): Hint | undefined {
  const byPhrase = BY_PHRASE.find(([phrase]) => error.message.includes(phrase));
  if (byPhrase !== undefined) return byPhrase[1];
  if (error.code !== "unavailable") return BY_CODE[error.code];
  const code = systemCode(error);
  return BY_SYSTEM_CODE.find(([codes]) => code !== undefined && codes.test(code))?.[1];
}

const MAX_CAUSES = 8;

function systemCode(error: Error): string | undefined {
  let cause: unknown = error.cause;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string") {
      if (!(cause instanceof SeabirdError)) return cause.code;
    }
    cause = cause.cause;
  }
  return undefined;
}
