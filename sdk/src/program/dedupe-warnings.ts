/** A warning that concerns all plugins of a process, such as a core that is away, is logged once. */
import type { Log } from "./log.ts";

/** The same logs, without a warning that repeats the last entry of any of them. */
export function dedupeWarnings(logs: readonly Log[]): readonly Log[] {
  let last: unknown;
  return logs.map((log) => ({
    get level() {
      return log.level;
    },
    set level(level) {
      log.level = level;
    },
    debug: log.debug,
    info(entry: unknown, more?: unknown) {
      last = undefined;
      log.info(entry, more);
    },
    warn(entry: unknown, more?: unknown) {
      if (typeof entry === "string" && entry === last) return;
      last = entry;
      log.warn(entry, more);
    },
    error: log.error,
    child: log.child,
  }));
}
