/** Prints the merged log on standard error, or its warnings above the prompt. */

import { styleText } from "node:util";
import { safeText } from "../terminal/safe-text.ts";
import { formatClock } from "../terminal/times.ts";
import { formatLogLine, isSerious, readLogLine } from "./log-lines.ts";
import { MAX_MERGED_WAITING_BYTES, type MergedLine } from "./merged-log.ts";

/** Warnings of components above the prompt within `NOTICE_WINDOW_MS`; more are in the logs only. */
export const MAX_NOTICES = 10;

type Style = Parameters<typeof styleText>[0];

const COMPONENT_STYLES: readonly Style[] = ["cyan", "green", "magenta", "blue", "yellow"];
const LEVEL_STYLES: Readonly<Record<string, Style>> = {
  debug: "dim",
  warn: "yellow",
  error: "red",
  fatal: "red",
};

export interface LineStyle {
  /** The stream whose abilities count. */
  readonly stream: NodeJS.WriteStream;
  readonly clock: boolean;
}

/** `12:00:01 irc/libera warn: cannot join #x`, coloured by component and by level. */
export function formatMerged(
  { component, line, atMs }: MergedLine,
  { stream, clock }: LineStyle,
): string {
  const { level, text } = readLogLine(line);
  const paint = (style: Style, part: string) => styleText(style, part, { stream });
  const name = safeText(component);
  const message = level === "info" ? text : formatLogLine({ level, text });
  const style = level === undefined ? undefined : LEVEL_STYLES[level];
  const head = clock ? `${paint("dim", formatClock(new Date(atMs)))} ` : "";
  return `${head}${paint(styleOf(component), name)} ${style === undefined ? message : paint(style, message)}`;
}

/** A component keeps its colour. */
function styleOf(component: string): Style {
  let sum = 0;
  for (const character of component) sum += character.codePointAt(0) ?? 0;
  return COMPONENT_STYLES[sum % COMPONENT_STYLES.length] ?? "cyan";
}

/** Drops lines rather than wait for a slow reader, and reports how many. */
export class MergedPrinter {
  readonly #stream: NodeJS.WriteStream;
  readonly #json: boolean;
  #leftOut = 0;

  constructor(stream: NodeJS.WriteStream, json: boolean) {
    this.#stream = stream;
    this.#json = json;
  }

  show(line: MergedLine): void {
    if (this.#stream.writableLength > MAX_MERGED_WAITING_BYTES) {
      this.#leftOut += 1;
      return;
    }
    if (this.#leftOut > 0) {
      const count = this.#leftOut;
      this.#leftOut = 0;
      this.show({ component: "up", line: `${count} lines were left out here`, atMs: line.atMs });
    }
    const text = this.#json
      ? JSON.stringify(line)
      : formatMerged(line, { stream: this.#stream, clock: true });
    this.#stream.write(`${text}\n`);
  }
}

const NOTICE_WINDOW_MS = 10_000;

/** Passes on the components' warnings and errors, `MAX_NOTICES` per window. */
export class Notices {
  readonly #notify: (line: string) => boolean;
  #windowFromMs = 0;
  #count = 0;

  constructor(notify: (line: string) => boolean) {
    this.#notify = notify;
  }

  show({ component, line, atMs }: MergedLine): void {
    const entry = readLogLine(line);
    if (!isSerious(entry.level)) return;
    if (atMs - this.#windowFromMs >= NOTICE_WINDOW_MS) {
      this.#windowFromMs = atMs;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count < MAX_NOTICES) this.#notify(`${component} ${formatLogLine(entry)}`);
    if (this.#count === MAX_NOTICES) this.#notify("more warnings are in the logs");
  }
}
