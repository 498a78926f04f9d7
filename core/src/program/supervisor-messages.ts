/** What a supervisor may change in a running core: its log level and the tokens of this run. */
import { errorMessage, onSupervisorMessage, sendToSupervisor } from "@seabird-chat/runtime";
import type { Tokens } from "../auth/tokens.ts";
import { LOG_LEVELS, type LogLevel } from "../config/config.ts";
import { parseExtraTokens } from "../config/extra-tokens.ts";
import type { CoreLog } from "./log.ts";

/** Returns the undo. Does nothing without a supervisor. */
export function obeySupervisor(tokens: Pick<Tokens, "replaceExtra">, log: CoreLog): () => void {
  return onSupervisorMessage((message) => {
    if (message.type !== "settings") return;
    const { logLevel, extraTokens } = message;
    try {
      // Both are checked before either is changed.
      const level = logLevel === undefined ? undefined : readLevel(logLevel);
      const extra = extraTokens === undefined ? undefined : parseExtraTokens(extraTokens);
      if (extra !== undefined) tokens.replaceExtra(extra);
      if (level !== undefined) log.setLevel(level);
      sendToSupervisor({ type: "settings", ok: true });
    } catch (error) {
      sendToSupervisor({ type: "settings", error: errorMessage(error) });
    }
  });
}

function readLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((each) => each === value);
  if (level !== undefined) return level;
  throw new Error(`the log level is one of ${LOG_LEVELS.join(", ")}`);
}
