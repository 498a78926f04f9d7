/** Turns what a call threw into a message with a next step. */
import { Code, ConnectError } from "@connectrpc/connect";
import { SEABIRD_ERROR_CODES, SeabirdError } from "@seabird/sdk";
import { CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { safeText } from "./safe-text.ts";

interface Explanation {
  readonly exit: ExitCode;
  readonly next?: string;
}

const EXPLANATIONS: Partial<Record<Code, Explanation>> = {
  [Code.Unauthenticated]: {
    exit: EXIT.forbidden,
    next: "give a valid token with --token-file or SEABIRD_TOKEN; `seabird token create` makes one",
  },
  [Code.PermissionDenied]: {
    exit: EXIT.forbidden,
    next: "use a token with that scope; `seabird token create NAME --scope SCOPE` makes one",
  },
  [Code.DeadlineExceeded]: {
    exit: EXIT.timeout,
    next: "it may still have happened; look at `seabird backends` before you repeat it",
  },
  [Code.NotFound]: {
    exit: EXIT.failed,
    next: "`seabird backends` and `seabird channels` list what there is",
  },
  [Code.Unimplemented]: {
    exit: EXIT.failed,
    next: "that core does not know this call: it is another or an older one; try `seabird doctor`",
  },
  [Code.ResourceExhausted]: { exit: EXIT.failed, next: "wait a moment, then try again" },
  [Code.InvalidArgument]: { exit: EXIT.usage },
};

/** The failure as a person should read it; `url` is the core that was asked. */
export function explain(error: unknown, url: string): CliError {
  if (error instanceof CliError) return error;
  const failure = ConnectError.from(error);
  const message = safeText(failure.rawMessage);
  if (failure.code === Code.Unavailable || isConnectionFailure(error)) {
    return new CliError(
      EXIT.unreachable,
      `cannot reach core at ${url}: ${message}`,
      "start one with `seabird up` or `seabird core`, or name another with --url or SEABIRD_HOST",
    );
  }
  const known = EXPLANATIONS[failure.code];
  if (known !== undefined) return new CliError(known.exit, message, known.next);
  return new CliError(EXIT.failed, message);
}

/** The same for what the SDK throws. */
export function explainSdk(error: unknown, url: string): CliError {
  if (!(error instanceof SeabirdError)) return explain(error, url);
  const code: Code = SEABIRD_ERROR_CODES.indexOf(error.code);
  if (code in Code) return explain(new ConnectError(error.message, code), url);
  return new CliError(EXIT.usage, safeText(error.message));
}

/** Whether nobody answered at all, as opposed to answering no. */
export function isConnectionFailure(error: unknown): boolean {
  const codes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EHOSTUNREACH", "EAI_AGAIN"]);
  for (let cause: unknown = error, depth = 0; depth < 8 && cause instanceof Error; depth++) {
    if ("code" in cause && typeof cause.code === "string" && codes.has(cause.code)) return true;
    cause = cause.cause;
  }
  return false;
}
