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
   * Resolves when nothing waits to be written any more, or when it cannot be: before the process
   * is ended by force. One that ends by itself writes all of it anyway.
   */
  flush(): Promise<void>;
}

/** Lines that wait for a reader of the log who is slow; more are dropped, rather than waiting. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How long the process's end waits for that reader. */
const MAX_FLUSH_MS = 250;

/**
 * Nothing should ever log these; if something does, the value does not get out. A token's name is
 * no secret: it is logged as `tokenName`.
 */
const REDACTED = ["authorization", "token", "secret", "password", "key"].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

/** One of our secrets in the middle of a text, as in an error's. */
const SECRET = new RegExp(`${SECRET_PREFIX}[A-Za-z0-9_-]{43}`, "g");
const CENSOR = "[hidden]";

/** Opens the log on standard output. pino-pretty is loaded only where it is used. */
export async function openLog(config: Pick<Config, "logLevel" | "logFormat">): Promise<CoreLog> {
  const { logLevel, logFormat } = config;
  const output = openOutput();
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && process.stdout.isTTY);
  const options = {
    level: logLevel,
    redact: { paths: REDACTED, censor: CENSOR },
    base: null,
    serializers: { error: pino.stdSerializers.err, cause: pino.stdSerializers.err },
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
    : pino({ ...options, formatters: { level: (label) => ({ level: label }) } }, output);
  return Object.assign(logger, {
    flush: () => flush(output),
    setLevel: (level: LogLevel) => {
      logger.level = level;
    },
  });
}

/** The addresses are in their messages already. */
const PRETTY = { translateTime: "SYS:HH:MM:ss.l", ignore: "pid,hostname,url", singleLine: true };

function openOutput() {
  // With a least length of nothing, its `flush` would not wait.
  const options = { dest: 1, sync: false, maxLength: MAX_WAITING_BYTES, minLength: 1 };
  const output = pino.destination(options);
  // A reader that has gone, or a full disk, is no reason to end.
  output.on("error", () => undefined);
  // Pino calls it as the process ends, and where a write fails it tries again for ever.
  output.flushSync = () => undefined;
  return output;
}

type Output = ReturnType<typeof openOutput>;

async function flush(output: Output): Promise<void> {
  const written = new Promise<void>((resolve) => output.flush(() => resolve()));
  await Promise.race([written, sleep(MAX_FLUSH_MS)]);
}
