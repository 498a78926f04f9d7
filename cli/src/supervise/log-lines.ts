/** Reads the components' log lines, mostly JSON, and formats them for people. */
import { safeText } from "../terminal/safe-text.ts";

export interface LogLine {
  /** Of a line that is JSON. */
  readonly level: string | undefined;
  /** ISO 8601; of a line that tells it. */
  readonly time: string | undefined;
  /** One line, safe to show. */
  readonly text: string;
}

const SERIOUS = ["warn", "error", "fatal"];
/** Fields that are shown elsewhere or are of no use to people. */
const HEAD = ["level", "time", "name", "msg", "error", "pid", "hostname"];
const MAX_TEXT_CHARS = 4_096;

/** `warn: cannot join #x`; a line without a level is its text alone. */
export function formatLogLine({ level, text }: Pick<LogLine, "level" | "text">): string {
  return level === undefined ? text : `${level}: ${text}`;
}

export function isSerious(level: string | undefined): boolean {
  return level !== undefined && SERIOUS.includes(level);
}

/** The lines of the stack of a logged error, safe to show; none if there is none. */
export function stackOf(line: string): string[] {
  const error = readLogEntry(line)?.["error"];
  if (typeof error !== "object" || error === null || !("stack" in error)) return [];
  const lines = String(error.stack).slice(0, MAX_TEXT_CHARS).split("\n").map(safeText);
  return lines.filter((each) => each.trim() !== "").map((each) => `  ${each}`);
}

/** A line of the supervisor's own log: the time, then JSON. */
const OWN = /^(\S+Z) (\{.*\})$/;

/** A line that is not JSON is shown as it is. */
export function readLogLine(line: string): LogLine {
  const [, at, own] = OWN.exec(line) ?? [];
  if (own !== undefined) {
    const { type, ...fields } = readLogEntry(own) ?? {};
    if (typeof type === "string")
      return readLogLine(JSON.stringify({ ...fields, time: at, msg: type }));
  }
  const entry = readLogEntry(line);
  if (entry === undefined) return { level: undefined, time: undefined, text: cut(line) };
  const details = Object.entries(entry)
    .filter(([name]) => !HEAD.includes(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  const { level, time } = entry;
  return {
    time: timeOf(time),
    level: typeof level === "string" ? level : undefined,
    text: cut(`${messageOf(entry)}${details.join("")}`),
  };
}

/** The message of a warning or an error; undefined for any other line. */
function complaint(line: string): string | undefined {
  const entry = readLogEntry(line);
  if (entry === undefined) return line;
  return isSerious(String(entry["level"])) ? messageOf(entry) : undefined;
}

/** Stack traces stay in the log file. */
const STACK = /^\s+(at |\^+$)|^Node\.js v\d/;

/** The last complaints of these lines, made safe to show. */
export function complaints(lines: readonly string[], count: number): string[] {
  return lines
    .filter((line) => line !== "" && !STACK.test(line))
    .map(complaint)
    .filter((line) => line !== undefined)
    .slice(-count)
    .map(safeText);
}

function messageOf({ msg, error }: Readonly<Record<string, unknown>>): string {
  const why =
    typeof error === "object" && error !== null && "message" in error ? error.message : "";
  const components = [msg, msg === why ? "" : why];
  return components
    .filter((component) => typeof component === "string" && component !== "")
    .join(": ");
}

function readLogEntry(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** ISO 8601, or the Unix milliseconds that core writes. */
function timeOf(value: unknown): string | undefined {
  const date = new Date(
    typeof value === "number" || typeof value === "string" ? value : Number.NaN,
  );
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function cut(text: string): string {
  return safeText(text.length > MAX_TEXT_CHARS ? `${text.slice(0, MAX_TEXT_CHARS)}…` : text);
}
