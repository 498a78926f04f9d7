/**
 * Where the commands write: results to stdout, remarks to stderr. With --json stdout carries
 * one JSON document (or a line of JSON per item, for streams) and nothing else.
 */
import { styleText } from "node:util";
import { safeJson, safeText } from "./safe-text.ts";
import { displayWidth, type Table, tableLines } from "./table.ts";

type Style = Parameters<typeof styleText>[0];

export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** A result: a JSON document with --json, else what `human` writes. */
  result(document: unknown, human: () => void): void {
    if (this.json) this.document(document);
    else human();
  }

  document(document: unknown): void {
    process.stdout.write(`${safeJson(document, 2)}\n`);
  }

  /** One item of a stream, as one line of JSON. */
  jsonLine(item: unknown): boolean {
    return process.stdout.write(`${safeJson(item)}\n`);
  }

  line(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  table(table: Table): void {
    for (const line of tableLines(table, (head) => this.style("bold", head))) this.line(line);
  }

  /** Names and values, one a line. */
  pairs(pairs: readonly (readonly [name: string, value: string])[]): void {
    const safe = pairs.map(([name, value]) => [safeText(name), safeText(value)] as const);
    const width = Math.max(...safe.map(([name]) => displayWidth(name)));
    for (const [name, value] of safe) {
      const column = name + " ".repeat(width - displayWidth(name));
      this.line(`${this.style("dim", column)}  ${value}`.trimEnd());
    }
  }

  /** A remark for the person, never part of the result. Goes to stderr. */
  remark(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** Colours for stdout; nothing if it is no terminal, or NO_COLOR is set. */
  style(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout });
  }
}

/** Colours for stderr. */
export function styleError(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}
