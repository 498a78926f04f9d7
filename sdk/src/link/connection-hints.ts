/** What a person can do about a link that does not come up. Pure. */
import { SeabirdError, type SeabirdErrorCode } from "./errors.ts";

type Advice = (url: string) => string;

const notCore: Advice = (url) => `what answers at ${url} is not core; look at SEABIRD_HOST`;
const wantsTls: Advice = (url) =>
  url.startsWith("https:")
    ? notCore(url)
    : `what answers at ${url} is not core, or it wants https://`;
const noTls: Advice = (url) =>
  `${url} speaks no TLS that fits; without TLS the address begins with http://`;

/** By what the network or TLS said. */
const BY_SYSTEM_CODE: readonly (readonly [codes: RegExp, advice: Advice])[] = [
  [
    /^ECONNREFUSED$/,
    (url) => `nothing listens at ${url}; start core there, or set SEABIRD_HOST to where it is`,
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    (url) => `the host in ${url} is not known; look at SEABIRD_HOST and at the network`,
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
const BY_CODE: Partial<Record<SeabirdErrorCode, Advice>> = {
  unauthenticated: (url) =>
    `core at ${url} does not know this token; make one with \`seabird token create\` and set SEABIRD_TOKEN`,
  permission_denied: (url) =>
    `the token is not allowed to do this at ${url}; make one with the scope it names`,
  already_exists: () => "stop the other process that holds it, or choose another name",
  invalid_argument: () => "core refuses these options",
  unimplemented: notCore,
};

/** By words, where neither code tells. */
const BY_WORDS: readonly (readonly [words: string, advice: Advice])[] = [
  // An endpoint without TLS may close the connection at the first bytes of a handshake.
  ["before secure TLS connection", noTls],
  // INADEQUATE_SECURITY: what core with a certificate says to whoever comes without TLS.
  ["Session closed with error code 12", wantsTls],
  ["unsupported content type", notCore],
];

/** The same error with the advice behind its message; itself, if there is none. */
export function addHint(error: SeabirdError, url: string): SeabirdError {
  const advice = adviceOn(error);
  if (advice === undefined) return error;
  return new SeabirdError(error.code, `${error.message} (${advice(url)})`, {
    cause: error.cause,
    retryAfterMs: error.retryAfterMs,
  });
}

function adviceOn(error: SeabirdError): Advice | undefined {
  const byWords = BY_WORDS.find(([words]) => error.message.includes(words));
  if (byWords !== undefined) return byWords[1];
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
