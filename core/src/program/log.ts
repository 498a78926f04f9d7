/** Core's log: pino, pretty on a terminal and JSON otherwise. */
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { SECRET_PREFIX } from "../auth/secret.ts";
import type { Config, LogLevel } from "../config/config.ts";

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CoreLog extends Log {
  setLevel(level: LogLevel): void;
  /**
   * Resolves when all lines are written, or cannot be. Needed only before `process.exit`: a process
   * that ends by itself writes them all.
   */
  flush(): Promise<void>;
}

/** Bytes of lines that wait for a slow reader of the log; more are dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How long the exit of the process waits for that reader. */
const MAX_FLUSH_MS = 250;

/**
 * Fields that must not be logged: their values are replaced. A token's name is no secret; it is
 * logged as `tokenName`.
 */
const HIDDEN = new Set(["authorization", "token", "secret", "password", "key"]);
/** How deep they are looked for: among the fields, and in objects two levels below. */
const HIDDEN_DEPTH = 3;

/** A token's secret inside a text, as in an error's message. */
const SECRET = new RegExp(`${SECRET_PREFIX}[A-Za-z0-9_-]{43}`, "g");
const CENSOR = "[hidden]";

/** Opens the log on standard output. pino-pretty is loaded only where it is used. */
export async function openLog(config: Pick<Config, "logLevel" | "logFormat">): Promise<CoreLog> {
  const { logLevel, logFormat } = config;
  const output = openOutput();
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && process.stdout.isTTY);
  const options = {
    level: logLevel,
    base: null,
    // `loggable` has done it; pino's own would take what it made for an error of another type.
    serializers: { err: (error: unknown) => error },
    formatters: { log: loggable },
    hooks: { streamWrite: (line: string) => line.replace(SECRET, CENSOR) },
  };
  const logger = isPretty
    ? pino(
        options,
        (await import("pino-pretty")).default({
          ...PRETTY,
          colorize: process.stdout.isTTY,
          destination: output,
        }),
      )
    : pino({ ...options, formatters: { ...options.formatters, level: labelOnly } }, output);
  return Object.assign(logger, {
    flush: () => flush(output),
    setLevel: (level: LogLevel) => {
      logger.level = level;
    },
  });
}

type Fields = Record<string, unknown>;

/** The fields as they are written: errors in full, and nothing that must not be logged. */
function loggable(fields: Fields): Fields {
  return hideSecrets(fields, HIDDEN_DEPTH);
}

/**
 * The same object where nothing has to be hidden in it. Pino's `redact` hides too, but leaves 20 KB
 * of garbage for each line.
 */
function hideSecrets(fields: Fields, depth: number): Fields {
  let shown = fields;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const allowed = HIDDEN.has(name) ? CENSOR : hideWithin(value, depth - 1);
    if (allowed === value) continue;
    if (shown === fields) shown = copy(fields);
    shown[name] = allowed;
  }
  return shown;
}

function hideWithin(value: unknown, depth: number): unknown {
  if (depth === 0 || typeof value !== "object" || value === null) return value;
  // A copy of an error would have neither message nor stack.
  const fields = value instanceof Error ? pino.stdSerializers.err(value) : value;
  return hideSecrets(fields as Fields, depth);
}

function copy(fields: Fields): Fields {
  return Array.isArray(fields) ? ([...fields] as unknown as Fields) : { ...fields };
}

function labelOnly(label: string): { level: string } {
  return { level: label };
}

/** Fields that are in the message already. */
const PRETTY = { translateTime: "SYS:HH:MM:ss.l", ignore: "pid,hostname,url", singleLine: true };

function openOutput() {
  // With a `minLength` of 0 its `flush` does not wait.
  const options = { dest: 1, sync: false, maxLength: MAX_WAITING_BYTES, minLength: 1 };
  const output = pino.destination(options);
  // Core goes on when the reader of its log has gone or the disk is full.
  output.on("error", () => undefined);
  // Pino calls it at exit, and repeats a failed write for ever.
  output.flushSync = () => undefined;
  return output;
}

type Output = ReturnType<typeof openOutput>;

async function flush(output: Output): Promise<void> {
  const written = new Promise<void>((resolve) => output.flush(() => resolve()));
  await Promise.race([written, sleep(MAX_FLUSH_MS)]);
}
