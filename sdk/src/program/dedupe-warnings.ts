/** What ails all plugins of a process alike is told once. */
import type { Log } from "./log.ts";

/** The same logs, but for a warning in words that another one has given since anything else. */
export function dedupeWarnings(logs: readonly Log[]): readonly Log[] {
  let told: unknown;
  return logs.map((log) => ({
    get level() {
      return log.level;
    },
    set level(level) {
      log.level = level;
    },
    debug: log.debug,
    info(entry: unknown, message?: string) {
      told = undefined;
      log.info(entry, message);
    },
    warn(entry: unknown, message?: string) {
      if (typeof entry === "string" && entry === told) return;
      told = entry;
      log.warn(entry, message);
    },
    error: log.error,
    child: log.child,
  }));
}
