/** What core prints when it cannot do what it was asked, and its exit code. */
import { EXIT } from "@seabird-chat/runtime";
import { TokenError } from "../auth/token-error.ts";
import { BrokerError } from "../broker/errors.ts";
import { ConfigError, UsageError } from "../config/config-error.ts";
import { DatabaseError, ListenError } from "./start-error.ts";

export interface Failure {
  readonly code: number;
  readonly text: string;
}

/** One line for a mistake that people can fix; for a bug of ours, the stack. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof UsageError) return { code: EXIT.usage, text: oneLine(error) };
  if (error instanceof ConfigError) return { code: EXIT.config, text: oneLine(error) };
  if (error instanceof ListenError) {
    const code = error.code === "EADDRINUSE" ? EXIT.busy : EXIT.unavailable;
    return { code, text: oneLine(error) };
  }
  if (error instanceof DatabaseError) return { code: EXIT.unavailable, text: oneLine(error) };
  if (error instanceof TokenError) {
    const code = error.code === "bad_request" ? EXIT.usage : EXIT.failed;
    return { code, text: oneLine(error) };
  }
  if (error instanceof BrokerError && error.code === "bad_request") {
    return { code: EXIT.config, text: oneLine(error) };
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.internal, text };
}

function oneLine(error: Error): string {
  return error.message.replace(/\s+/g, " ");
}
