/** Everything that plugins, backends and core logged in a test. */
import { inspect } from "node:util";
import type { Logger } from "@seabird-chat/core/testing";
import { type Clock, createLog, type Log, type LogLevel } from "@seabird-chat/sdk";

export interface LogLine {
  readonly level: LogLevel;
  /** The plugin's or backend's name, or `core`. */
  readonly name: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Lines shown when a test fails. */
const SHOWN_LINES = 8;

export class TestLog implements Iterable<LogLine> {
  readonly #lines: LogLine[] = [];
  readonly #clock: Clock;

  /** @internal */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All of them, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  [Symbol.iterator](): IterableIterator<LogLine> {
    return this.#lines[Symbol.iterator]();
  }

  /** The first line whose message or fields match. */
  find(pattern: RegExp | string): LogLine | undefined {
    return this.#lines.find((line) => {
      const text = `${line.message} ${JSON.stringify(line.fields)}`;
      return typeof pattern === "string" ? text.includes(pattern) : text.search(pattern) >= 0;
    });
  }

  /** For `console.log(bed.log)`: the lines. */
  [inspect.custom](): readonly LogLine[] {
    return this.#lines;
  }

  /** @internal A log that writes to this one. */
  for(name: string): Log {
    const write = (line: string) => this.#add(line);
    return createLog({ name, level: "debug", stream: { write }, clock: this.#clock });
  }

  /** @internal For core's broker. */
  forCore(): Logger {
    return this.for("core");
  }

  /** @internal Warnings and errors, the newest, as text; empty if there are none. */
  warnings(): string {
    const lines = this.#lines.filter(({ level }) => level === "warn" || level === "error");
    return lines.slice(-SHOWN_LINES).map(formatLine).join("");
  }

  #add(json: string): void {
    const { level, name, msg, time: _, ...fields } = JSON.parse(json) as JsonLine;
    this.#lines.push({ level, name, message: msg, fields });
  }
}

interface JsonLine extends Record<string, unknown> {
  readonly level: LogLevel;
  readonly name: string;
  readonly msg: string;
  readonly time: string;
}

function formatLine({ level, name, message, fields }: LogLine): string {
  const { error } = fields;
  const stack = isWithStack(error)
    ? `\n    ${error.stack.split("\n").slice(0, 6).join("\n    ")}`
    : "";
  return `\n  ${name} ${level}: ${message}${stack}`;
}

function isWithStack(error: unknown): error is { readonly stack: string } {
  return (
    typeof error === "object" &&
    error !== null &&
    "stack" in error &&
    typeof error.stack === "string"
  );
}
