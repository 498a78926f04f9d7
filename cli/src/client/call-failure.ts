/** Turns what a call threw into a message with a next step. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { GetServerInfoResponse } from "@seabird-chat/protocol/admin";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { shellQuote } from "../process/own-command.ts";
import { safeText } from "../terminal/safe-text.ts";
import type { Settings } from "./settings.ts";

const START_ONE =
  "start one with `seabird up` or `seabird core`, or name another with --url or SEABIRD_HOST";
const TOKEN_STORE = "core's log has the reason: its disk may be full, or its database locked";
const NO_ANSWER = "it may still have happened; look at `seabird backends` before you repeat it";
const ANOTHER_TOKEN =
  "give a valid token with --token-file or SEABIRD_TOKEN; in core's folder " +
  "`seabird token create NAME --scope SCOPE --offline` makes one";

/** By the system's error code or message: something answers, but TLS does not match. */
const TLS_TROUBLES: readonly (readonly [pattern: RegExp, next: string])[] = [
  // INADEQUATE_SECURITY: core with a certificate, called without TLS.
  [/Session closed with error code 12/, "it speaks TLS: write the address with https://"],
  [
    /before secure TLS connection|EPROTO|ERR_SSL/,
    "it speaks no TLS that fits: without TLS the address begins with http://",
  ],
  [/ALTNAME_INVALID/, "use a name that is in its certificate"],
  [/_CERT|CERT_|_SIGNATURE/, "name the file of its authority's certificate in NODE_EXTRA_CA_CERTS"],
];

/** The exit code for a status, and what to do next. */
const NEXT_STEPS: Partial<Record<Code, readonly [exit: ExitCode, next?: string]>> = {
  [Code.PermissionDenied]: [
    EXIT.forbidden,
    "use a token with that scope; in core's folder `seabird token create NAME --scope SCOPE --offline` makes one",
  ],
  [Code.DeadlineExceeded]: [EXIT.timeout, NO_ANSWER],
  [Code.NotFound]: [EXIT.failed],
  [Code.FailedPrecondition]: [EXIT.failed],
  [Code.Unimplemented]: [
    EXIT.failed,
    "that core does not know this call: it is another or an older one; try `seabird doctor`",
  ],
  [Code.ResourceExhausted]: [EXIT.failed, "wait a moment, then try again"],
  [Code.InvalidArgument]: [EXIT.usage, "`seabird COMMAND --help` shows what it takes"],
};

/** By what core says: next steps that a status alone does not give. */
const STEPS_BY_TEXT: readonly (readonly [code: Code, pattern: RegExp, next: string])[] = [
  [
    Code.InvalidArgument,
    /^failed to parse/,
    "an id is like 'irc://seabird/%23chan'; `seabird backends` and `seabird channels` list them",
  ],
  [Code.InvalidArgument, /^too many message ids/, "give fewer ids at once"],
  [Code.InvalidArgument, /may have \d+ bytes/, "give a shorter one"],
  [Code.NotFound, /backend/, "`seabird backends` lists the ids of those that are connected"],
  [Code.NotFound, /channel/, "`seabird channels` lists the ids of those that are joined"],
  [
    Code.NotFound,
    /stream/,
    "`seabird streams` lists the ids of event streams and of backends' connections",
  ],
  [Code.NotFound, /token/, "`seabird token list` lists them"],
  [
    Code.ResourceExhausted,
    /^file too large/,
    "make it smaller; core's operator sets the limit, limits.media_max_file_bytes",
  ],
  [Code.ResourceExhausted, /^no space left/, "core's operator has to make room"],
  [Code.ResourceExhausted, /too large/, "send it in smaller pieces"],
];

/** Where the answer or the silence came from. */
export type CallTarget = Pick<Settings, "url" | "tokenFrom">;

/** The failure as it is reported to the person. */
export function callFailure(error: unknown, { url, tokenFrom }: CallTarget): CliError {
  if (error instanceof CliError) return error;
  const failure = ConnectError.from(error);
  const message = safeText(failure.rawMessage);
  // Core answered: it is its database that cannot be used, on a full disk for instance.
  if (failure.code === Code.Unavailable && message === "token store unavailable") {
    return new CliError(EXIT.unavailable, `core at ${url}: ${message}`, TOKEN_STORE);
  }
  if (failure.code === Code.Unavailable && message === "backend disconnected") {
    return new CliError(EXIT.timeout, message, NO_ANSWER);
  }
  // Connect's name for a stream that ends with its connection.
  if (failure.code === Code.Canceled) {
    return new CliError(EXIT.unreachable, `the connection to core at ${url} was lost`, NO_ANSWER);
  }
  const tls = TLS_TROUBLES.find(([pattern]) => pattern.test(`${systemCode(error)} ${message}`));
  if (tls !== undefined || failure.code === Code.Unavailable || isConnectionFailure(error)) {
    const next = tls?.[1] ?? START_ONE;
    return new CliError(EXIT.unreachable, `cannot reach core at ${url}: ${message}`, next);
  }
  if (failure.code === Code.Unauthenticated) {
    return new CliError(EXIT.forbidden, `${message} (${tokenFrom})`, ANOTHER_TOKEN);
  }
  const [exit, step] = NEXT_STEPS[failure.code] ?? [EXIT.failed];
  const special = STEPS_BY_TEXT.find(
    ([code, pattern]) => code === failure.code && pattern.test(message),
  );
  const next = unsupportedStep(failure.code, message) ?? special?.[2] ?? step;
  return new CliError(exit, message, next);
}

/** Core names the backend that cannot do it. */
function unsupportedStep(code: Code, message: string): string | undefined {
  const backend = /^((?=\S+:\/\/)\S+) cannot /.exec(message)?.[1];
  if (code !== Code.FailedPrecondition || backend === undefined) return undefined;
  return `\`seabird capabilities ${shellQuote(backend)}\` shows what its network can do`;
}

/** Another core has no admin service, and not every token may use it. */
export function withoutAdmin(error: unknown): GetServerInfoResponse | undefined {
  const { code } = ConnectError.from(error);
  if (code === Code.PermissionDenied || code === Code.Unimplemented) return undefined;
  throw error;
}

/** Whether there was no answer at all, as opposed to a refusal. */
export function isConnectionFailure(error: unknown): boolean {
  return CONNECTION_FAILURE.test(systemCode(error));
}

const CONNECTION_FAILURE =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH|EADDRNOTAVAIL|ETIMEDOUT|EPIPE)$/;
const MAX_CAUSES = 8;

/** The system's error code at the root of the causes, not the SDK's of its own; empty if there is none. */
function systemCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; depth < MAX_CAUSES && at instanceof Error; depth++) {
    if ("code" in at && typeof at.code === "string" && at.name !== "SeabirdError") return at.code;
    at = at.cause;
  }
  return "";
}
