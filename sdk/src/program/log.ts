/** The log of a plugin, a backend or a program: JSON lines, or words on a terminal. */
import { COMPONENT_LOG_LEVELS } from "@seabird-chat/runtime";
import { type Clock, systemClock } from "../link/clock.ts";

/** From the most talkative to the most silent. */
export const LOG_LEVELS = COMPONENT_LOG_LEVELS;

export type LogLevel = (typeof LOG_LEVELS)[number];

export function isLogLevel(name: unknown): name is LogLevel {
  return (LOG_LEVELS as readonly unknown[]).includes(name);
}

/**
 * Each function takes a message, an error, or fields, the latter two with a message behind them:
 * `log.info("started")`, `log.error(error, "the database is away")`, `log.debug({ kind }, "heard")`.
 * The order of two does not matter: `log.debug("heard", { kind })` is the same, and of two messages
 * one follows the other.
 *
 * Fields never hold secrets, and what people said goes to `debug` only. Fields whose names tell
 * of secrets (`token`, `password` and the like) are hidden, and so are Seabird's own tokens
 * wherever they stand, in case something slips through.
 */
export interface Log {
  /** What is below it is left out. May be set at any time, for children too. */
  level: LogLevel;
  debug(entry: unknown, more?: unknown): void;
  info(entry: unknown, more?: unknown): void;
  warn(entry: unknown, more?: unknown): void;
  error(entry: unknown, more?: unknown): void;
  /** The same log, with these fields in each entry. */
  child(fields: LogFields): Log;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** Where lines go: a stream of Node's, or something of a test's. */
export interface LogStream {
  write(line: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Bytes that wait to be written. */
  readonly writableLength?: number | undefined;
}

export interface LogOptions {
  /** Whose log it is; stands in each line. */
  readonly name: string;
  /** Default: `info`. */
  readonly level?: LogLevel | undefined;
  /** Default: standard error. Words if it is a terminal, JSON lines otherwise. */
  readonly stream?: LogStream | undefined;
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
}

/** A line longer than this is cut. */
const MAX_TEXT_CHARACTERS = 16_384;
/** Bytes that wait for a slow reader; while there are more, lines are dropped. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How far into fields, and into an error's causes, an entry is written. */
const MAX_DEPTH = 4;
/** Entries of one list or record that are written. */
const MAX_ENTRIES = 100;

export function createLog(options: LogOptions): Log {
  const { name, stream = process.stderr, clock = systemClock } = options;
  const sink: Sink = {
    level: options.level ?? "info",
    write(level, fields, message) {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(sink.level)) return;
      if ((stream.writableLength ?? 0) > MAX_WAITING_BYTES) return;
      const entry: Entry = { level, name, fields, message, time: clock.wallMs() };
      stream.write(`${stream.isTTY === true ? toWords(entry) : toJson(entry)}\n`);
    },
  };
  return logInto(sink, {});
}

/** For those who want to hear nothing. */
export const silentLog: Log = logInto({ level: "error", write: () => undefined }, {});

interface Sink {
  level: LogLevel;
  write(level: LogLevel, fields: LogFields, message: string): void;
}

interface Entry {
  readonly level: LogLevel;
  readonly name: string;
  readonly fields: LogFields;
  readonly message: string;
  /** Unix milliseconds. */
  readonly time: number;
}

function logInto(sink: Sink, always: LogFields): Log {
  const at = (level: LogLevel) => (entry: unknown, more?: unknown) => {
    try {
      const { fields, text } = readBoth(entry, more);
      sink.write(level, { ...always, ...fields }, text);
    } catch {
      // Anything may be thrown and then logged: a proxy, an error whose message is no text.
      const message = [entry, more].find((each) => typeof each === "string") ?? "";
      sink.write(level, always, `${message} (with something that cannot be written)`);
    }
  };
  return {
    get level() {
      return sink.level;
    },
    set level(level) {
      sink.level = level;
    },
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logInto(sink, { ...always, ...fields }),
  };
}

/** A text is the message, whichever it is; an error's own message stands only where there is none. */
function readBoth(entry: unknown, more: unknown): { fields: LogFields; text: string } {
  const first = read(entry);
  if (more === undefined) return first;
  const second = read(more);
  const fields = { ...first.fields, ...second.fields };
  const texts = [entry, more].flatMap((each) => (isPlain(each) ? [String(each)] : []));
  return { fields, text: texts.join(" ") || first.text || second.text };
}

function isPlain(entry: unknown): boolean {
  return typeof entry !== "object" || entry === null;
}

function read(entry: unknown): { fields: LogFields; text: string } {
  if (typeof entry === "string") return { fields: {}, text: entry };
  if (entry instanceof Error) return { fields: { error: entry }, text: entry.message };
  if (typeof entry !== "object" || entry === null) return { fields: {}, text: String(entry) };
  return { fields: entry as LogFields, text: "" };
}

function toJson({ level, name, fields, message, time }: Entry): string {
  const plain = plainFields(fields);
  const head = { level, time: new Date(time).toISOString(), name };
  // What the line itself says is not overwritten by a field of the same name.
  const line = { ...head, ...plain, ...head, msg: cut(censored(message)) };
  return JSON.stringify(line);
}

/** Control characters of strangers never reach a terminal. */
function toWords({ level, name, fields, message }: Entry): string {
  const { error, ...others } = plainFields(fields);
  const details = Object.entries(others).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const why = causes(error).filter((text) => !message.includes(text));
  const words = [censored(message), ...why].filter((part) => part !== "").join(": ");
  return cut(`${name} ${level}: ${words}${details.join("")}`).replace(/\p{Cc}+/gu, " ");
}

function causes(error: unknown): string[] {
  if (typeof error !== "object" || error === null || !("message" in error)) return [];
  return [String(error.message), ...("cause" in error ? causes(error.cause) : [])];
}

function plainFields(fields: LogFields): Record<string, unknown> {
  return plain(fields, 0) as Record<string, unknown>;
}

/** What JSON can hold, of bounded size, without secrets. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === "string") return cut(censored(value));
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return "…";
  if (value instanceof Error) return plainError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((one) => plain(one, depth + 1));
  const rows = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(
    rows.map(([key, one]) => [key, SECRET_NAME.test(key) ? HIDDEN : plain(one, depth + 1)]),
  );
}

function plainError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: plain(error.code, depth + 1) } : {};
  const why = cause === undefined ? {} : { cause: plain(cause, depth + 1) };
  const told = { message: cut(censored(message)), stack: cut(censored(stack ?? "")) };
  return { name, ...told, ...code, ...why };
}

const SECRET_NAME = /^(authorization|cookie|key|.*(token|secret|password|passphrase))$/i;
/** Core's tokens, as `seabird token create` makes them. */
const TOKEN = /sbd_[A-Za-z0-9_-]{43}/g;
const HIDDEN = "[hidden]";

function censored(text: string): string {
  return text.replace(TOKEN, HIDDEN);
}

function cut(text: string): string {
  return text.length > MAX_TEXT_CHARACTERS ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…` : text;
}
