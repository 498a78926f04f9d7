/**
 * What a supervisor hands to a part as it starts it: one line of JSON on a file descriptor, so
 * that tokens and passwords stand in no argument, environment or log.
 */
import { fstatSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { type Clock, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { DEFAULT_URL, resolveUrl } from "../link/options.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";

export interface Handover {
  /** Core's address. */
  readonly url: string;
  readonly token: string;
  /** A backend's id among those of its type. */
  readonly id?: string | undefined;
  /**
   * The part's settings, unchecked but for being an object. A program that runs several plugins
   * gets those of each under its name.
   */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly logLevel?: LogLevel | undefined;
  /** The longest pause between two tries to reach core, in milliseconds. Default: the SDK's. */
  readonly retryMaxMs?: number | undefined;
}

/** A longer line is refused. */
export const MAX_HANDOVER_BYTES = 1024 * 1024;
/** How long the line may take. */
export const MAX_HANDOVER_MS = 5_000;

/**
 * Reads the line from an open file descriptor: a pipe, a socket or a file. Throws a SeabirdError
 * `bad_option` that names the field; values are never part of it.
 */
export async function readHandover(fd: number, clock: Clock = systemClock): Promise<Handover> {
  return parseHandover(await readLine(fd, clock));
}

/** Throws as `readHandover` does. */
export function parseHandover(line: string): Handover {
  const given = toRecord(parseJson(line), "it");
  const { url, token, id, settings = {}, logLevel, retryMaxMs } = given;
  return {
    url: checkUrl(url),
    token: checkToken(token),
    id: id === undefined ? undefined : checkText(id, "id"),
    settings: toRecord(settings, "settings"),
    logLevel: checkLevel(logLevel),
    retryMaxMs: retryMaxMs === undefined ? undefined : checkCount(retryMaxMs, "retryMaxMs"),
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The cause would quote the line, which holds the token.
    throw wrong("it is no JSON");
  }
}

function toRecord(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw wrong(`${name} has to be an object`);
}

function checkText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(`${name} has to be a text that is not empty`);
}

function checkCount(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value < 2 ** 31) {
    return value;
  }
  throw wrong(`${name} has to be a whole number from 1`);
}

function checkUrl(value: unknown): string {
  const url = checkText(value, "url");
  try {
    return resolveUrl(url);
  } catch {
    throw wrong(`url has to be an address such as "${DEFAULT_URL}"`);
  }
}

function checkToken(value: unknown): string {
  const token = checkText(value, "token");
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw wrong("token holds characters that no header may carry");
}

function checkLevel(value: unknown): LogLevel | undefined {
  const level = LOG_LEVELS.find((each) => each === value);
  if (value === undefined || level !== undefined) return level;
  throw wrong(`logLevel has to be one of ${LOG_LEVELS.join(", ")}`);
}

function wrong(what: string): SeabirdError {
  return new SeabirdError("bad_option", `the hand-over cannot be used: ${what}`);
}

function readLine(fd: number, clock: Clock): Promise<string> | string {
  return kindOf(fd) === "file" ? readFromFile(fd) : readFromPipe(fd, clock);
}

function kindOf(fd: number): "file" | "pipe" {
  try {
    const stat = fstatSync(fd);
    if (stat.isFile()) return "file";
    if (stat.isFIFO() || stat.isSocket()) return "pipe";
  } catch {
    throw wrong(`file descriptor ${fd} is not open`);
  }
  throw wrong(`file descriptor ${fd} is no pipe, socket or file`);
}

function readFromFile(fd: number): string {
  const buffer = Buffer.alloc(MAX_HANDOVER_BYTES + 1);
  let bytes = 0;
  while (bytes < buffer.length) {
    const read = readSync(fd, buffer, bytes, buffer.length - bytes, null);
    if (read === 0) break;
    bytes += read;
  }
  const given = buffer.subarray(0, bytes);
  return firstLine(given) ?? whole(given);
}

/** Not by `fs`, whose reading of a pipe blocks a thread that the process's end would wait for. */
async function readFromPipe(fd: number, clock: Clock): Promise<string> {
  const pipe = new Socket({ fd, readable: true, writable: false });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const late = `no line came within ${MAX_HANDOVER_MS} ms`;
  const stopTimer = clock.after(MAX_HANDOVER_MS, () => reject(wrong(late)));
  const chunks: Buffer[] = [];
  const attempt = (read: (bytes: Buffer) => string | undefined) => {
    try {
      const line = read(Buffer.concat(chunks));
      if (line !== undefined) resolve(line);
    } catch (reason) {
      reject(reason);
    }
  };
  pipe.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    attempt(firstLine);
  });
  pipe.on("end", () => attempt(whole));
  pipe.on("error", () => reject(wrong("it cannot be read")));
  try {
    return await promise;
  } finally {
    stopTimer();
    letGo(pipe, fd);
  }
}

/** A closed descriptor 0 would be given to whatever is opened next, and taken for standard input. */
function letGo(pipe: Socket, fd: number): void {
  if (fd > 2) {
    pipe.destroy();
    return;
  }
  pipe.removeAllListeners("data").pause();
  pipe.unref();
}

/** Undefined if its end has not come. */
function firstLine(bytes: Buffer): string | undefined {
  const end = bytes.indexOf("\n");
  if (Math.max(end, end < 0 ? bytes.length : 0) > MAX_HANDOVER_BYTES) throw tooLong();
  return end < 0 ? undefined : bytes.toString("utf8", 0, end);
}

function whole(bytes: Buffer): string {
  if (bytes.length > MAX_HANDOVER_BYTES) throw tooLong();
  if (bytes.length === 0) throw wrong("it is empty");
  return bytes.toString("utf8");
}

function tooLong(): SeabirdError {
  return wrong(`it is longer than ${MAX_HANDOVER_BYTES} bytes`);
}
