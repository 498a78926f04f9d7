/**
 * What a supervisor gives a component at its start: one line of JSON on a file descriptor, so
 * that tokens and passwords are in no argument, environment variable or log.
 */
import { fstatSync, readSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { decodeText } from "./text-file.ts";
import { parseToken } from "./token-text.ts";

/** From the most talkative to the most silent. */
export const COMPONENT_LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type ComponentLogLevel = (typeof COMPONENT_LOG_LEVELS)[number];

export interface BootstrapConfig {
  /** Core's address. */
  readonly url: string;
  readonly token: string;
  /** A backend's id among those of its type. */
  readonly id?: string | undefined;
  /**
   * The component's settings, unchecked but for being an object. A program that runs several
   * plugins gets those of each under its name.
   */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly logLevel?: ComponentLogLevel | undefined;
  /** The longest pause between two attempts to reach core, in milliseconds. Default: the SDK's. */
  readonly retryMaxMs?: number | undefined;
}

/** A longer line is refused. */
export const MAX_BOOTSTRAP_BYTES = 1024 * 1024;
/** How long the line may take. */
export const MAX_BOOTSTRAP_MS = 5_000;

/** The message names the field that is wrong; values are never part of it. */
export class BootstrapConfigError extends Error {
  override readonly name = "BootstrapConfigError";

  constructor(what: string) {
    super(`the bootstrap config cannot be used: ${what}`);
  }
}

/** Writes the line and ends the stream. A component that has ended already reads nothing. */
export function writeBootstrapConfig(pipe: Writable, config: BootstrapConfig): void {
  pipe.on("error", () => undefined);
  pipe.end(`${JSON.stringify(config)}\n`);
}

/**
 * Reads the line from an open file descriptor: a pipe, a socket or a file. Throws a
 * BootstrapConfigError, also if the line does not come within `timeoutMs`.
 */
export async function readBootstrapConfig(
  fd: number,
  timeoutMs: number = MAX_BOOTSTRAP_MS,
): Promise<BootstrapConfig> {
  const line = isFile(fd) ? readFromFile(fd) : await readFromPipe(fd, timeoutMs);
  return parseBootstrapConfig(line);
}

/** What is unknown is ignored. Throws a BootstrapConfigError. */
export function parseBootstrapConfig(line: string): BootstrapConfig {
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
    throw new BootstrapConfigError("it is not JSON");
  }
}

function toRecord(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new BootstrapConfigError(`${name} has to be an object`);
}

function checkText(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new BootstrapConfigError(`${name} has to be a text that is not empty`);
}

function checkCount(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value < 2 ** 31) {
    return value;
  }
  throw new BootstrapConfigError(`${name} has to be a whole number from 1`);
}

function checkUrl(value: unknown): string {
  const text = checkText(value, "url");
  const protocol = URL.parse(text)?.protocol;
  if (protocol === "http:" || protocol === "https:") return text;
  throw new BootstrapConfigError('url has to be an address such as "http://127.0.0.1:11235"');
}

function checkToken(value: unknown): string {
  const token = parseToken(checkText(value, "token"));
  if (token !== undefined) return token;
  throw new BootstrapConfigError("token holds characters that no token has");
}

function checkLevel(value: unknown): ComponentLogLevel | undefined {
  const level = COMPONENT_LOG_LEVELS.find((each) => each === value);
  if (value === undefined || level !== undefined) return level;
  throw new BootstrapConfigError(`logLevel has to be one of ${COMPONENT_LOG_LEVELS.join(", ")}`);
}

function isFile(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    if (stat.isFile()) return true;
    if (stat.isFIFO() || stat.isSocket()) return false;
  } catch {
    throw new BootstrapConfigError(`file descriptor ${fd} is not open`);
  }
  throw new BootstrapConfigError(`file descriptor ${fd} is not a pipe, a socket or a file`);
}

function readFromFile(fd: number): string {
  const buffer = Buffer.alloc(MAX_BOOTSTRAP_BYTES + 1);
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
async function readFromPipe(fd: number, timeoutMs: number): Promise<string> {
  const pipe = new Socket({ fd, readable: true, writable: false });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const late = `no line came within ${timeoutMs} ms`;
  const timer = setTimeout(() => reject(new BootstrapConfigError(late)), timeoutMs);
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
  pipe.on("error", () => reject(new BootstrapConfigError("it cannot be read")));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    release(pipe, fd);
  }
}

/** A closed descriptor 0 would be given to whatever is opened next, and taken for standard input. */
function release(pipe: Socket, fd: number): void {
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
  if (Math.max(end, end < 0 ? bytes.length : 0) > MAX_BOOTSTRAP_BYTES) throw tooLong();
  return end < 0 ? undefined : decode(bytes.subarray(0, end));
}

function whole(bytes: Buffer): string {
  if (bytes.length > MAX_BOOTSTRAP_BYTES) throw tooLong();
  if (bytes.length === 0) throw new BootstrapConfigError("it is empty");
  return decode(bytes);
}

function decode(bytes: Buffer): string {
  const text = decodeText(bytes);
  if (text !== undefined) return text;
  throw new BootstrapConfigError("it is not UTF-8");
}

function tooLong(): BootstrapConfigError {
  return new BootstrapConfigError(`it is longer than ${MAX_BOOTSTRAP_BYTES} bytes`);
}
