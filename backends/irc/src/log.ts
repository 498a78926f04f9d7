/** Log lines on standard error: words on a terminal, JSON otherwise. */

const LEVELS = ["debug", "info", "warn", "error"] as const;

export type LogLevel = (typeof LEVELS)[number];

/** Fields never hold secrets, and message text only at level debug. */
export type Log = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export function isLogLevel(name: string): name is LogLevel {
  return (LEVELS as readonly string[]).includes(name);
}

export function createLog(lowest: LogLevel, stream: NodeJS.WriteStream = process.stderr): Log {
  const from = LEVELS.indexOf(lowest);
  return (level, message, fields = {}) => {
    if (LEVELS.indexOf(level) < from) return;
    stream.write(stream.isTTY ? words(level, message, fields) : json(level, message, fields));
  };
}

function json(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level, time, name: "backend-irc", ...fields, msg: message })}\n`;
}

function words(
  level: LogLevel,
  message: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  const details = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${JSON.stringify(value)}`,
  );
  return `irc ${level}: ${message}${details.join("")}\n`;
}
