/**
 * What a supervisor may change in a running core, over its IPC channel: `{ type: "settings",
 * logLevel?, extraTokens? }`, answered by `{ type: "settings", ok: true }` or with an `error`.
 */
import { LOG_LEVELS, type LogLevel } from "./config.ts";
import { parseExtraTokens } from "./extra-tokens.ts";
import type { CoreLog } from "./log.ts";
import type { Core } from "./serve.ts";

/** Returns the undo. Does nothing without a channel. */
export function obeySupervisor({ tokens }: Pick<Core, "tokens">, log: CoreLog): () => void {
  const receive = (message: unknown): void => {
    if (typeof message !== "object" || message === null) return;
    const { type, logLevel, extraTokens } = message as Record<string, unknown>;
    if (type !== "settings") return;
    try {
      // Both are looked at before either is changed.
      const level = logLevel === undefined ? undefined : readLevel(logLevel);
      const extra = extraTokens === undefined ? undefined : parseExtraTokens(String(extraTokens));
      if (extra !== undefined) tokens.replaceExtra(extra);
      if (level !== undefined) log.setLevel(level);
      answer({ ok: true });
    } catch (error) {
      answer({ error: (error as Error).message });
    }
  };
  process.on("message", receive);
  return () => void process.off("message", receive);
}

function readLevel(value: unknown): LogLevel {
  const level = LOG_LEVELS.find((each) => each === value);
  if (level !== undefined) return level;
  throw new Error(`the log level is one of ${LOG_LEVELS.join(", ")}`);
}

function answer(what: object): void {
  if (process.connected) process.send?.({ type: "settings", ...what }, () => undefined);
}
