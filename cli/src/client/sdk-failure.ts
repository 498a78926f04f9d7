/** Turns what the SDK threw into a message with a next step. */
import { Code, ConnectError } from "@connectrpc/connect";
import { EXIT } from "@seabird-chat/runtime";
import { SEABIRD_ERROR_CODES, SeabirdError } from "@seabird-chat/sdk";
import { CliError } from "../process/cli-error.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type CallTarget, callFailure } from "./call-failure.ts";

/** The failure as it is reported to the person. */
export function sdkFailure(error: unknown, target: CallTarget): CliError {
  if (!(error instanceof SeabirdError)) return callFailure(error, target);
  const code: Code = SEABIRD_ERROR_CODES.indexOf(error.code);
  if (!(code in Code)) return new CliError(EXIT.usage, safeText(error.message));
  const { cause } = error;
  return callFailure(
    new ConnectError(withoutHint(error), code, undefined, undefined, cause),
    target,
  );
}

/** The SDK appends a hint for authors; the cli has hints of its own. */
export function withoutHint({ message, cause }: SeabirdError): string {
  const said = ConnectError.from(cause).rawMessage;
  return message.startsWith(`${said} (`) ? said : message;
}
