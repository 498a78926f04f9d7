/** The times of `seabird up`: how long parts may take to start, to stop, and to come back. */

/** Core listens within this time, or `up` gives up. A loaded machine needs seconds. */
export const CORE_START_MS = 60_000;
/** In script mode all plugins are ready within this time, or `up` gives up. */
export const SCRIPT_START_MS = 60_000;
/** With a terminal the room opens when the plugins are ready, or after this time without them. */
export const ROOM_WAIT_MS = 15_000;

/** The first pause before a crashed part starts again; it doubles each time. */
export const RESTART_MIN_MS = 500;
export const RESTART_MAX_MS = 30_000;
/** A part that ran this long has recovered: its next pause is the first one again. */
export const STABLE_AFTER_MS = 30_000;
/** A part that ended so often without ever being ready is given up: its settings are wrong. */
export const START_CRASHES = 3;
/** The room is given up after so many crashes in a row: a person waits in front of it. */
export const ROOM_CRASHES = 3;

/** What a part has to end by itself before it is killed, per kind and in the order of stopping. */
export const STOP_ORDER = [
  { kind: "plugin", stopMs: 5_000 },
  { kind: "backend", stopMs: 5_000 },
  // Core drains for 8 s at most.
  { kind: "core", stopMs: 10_000 },
] as const;

/** A log that is larger than this at a start becomes NAME.log.old; the one before it is lost. */
export const MAX_LOG_BYTES = 10 * 1024 * 1024;
