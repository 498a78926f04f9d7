/** What stands on the screen above the prompt, as far as it is certain where. Pure. */
import { stripVTControlCharacters } from "node:util";

/** Size of the terminal in characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Entry {
  /** Which message it is, if one. */
  key: number | undefined;
  lines: readonly string[];
  rows: number;
}

export class Scrollback {
  /** The oldest first. Only what is on the screen is kept. */
  #entries: Entry[] = [];

  /** Undefined if it is not certain how many rows it takes: nothing above it can be drawn again. */
  add(lines: readonly string[], size: Size, key?: number): Entry | undefined {
    const rows = rowsOf(lines, size.columns);
    if (rows === undefined) {
      this.clear();
      return undefined;
    }
    const entry = { key, lines, rows };
    this.#entries.push(entry);
    let all = total(this.#entries);
    while (all > size.rows) all -= this.#entries.shift()?.rows ?? all;
    return entry;
  }

  /** The terminal has changed: nobody knows what is where. */
  clear(): void {
    this.#entries = [];
  }

  /**
   * How many rows above the prompt to begin, and the lines to write from there. Undefined if the entry
   * is not on the screen, of which the prompt takes `promptRows`.
   */
  replace(
    key: number,
    lines: readonly string[],
    size: Size,
    promptRows: number,
  ): { readonly up: number; readonly lines: readonly string[] } | undefined {
    const index = this.#entries.findLastIndex((entry) => entry.key === key);
    const [entry, ...after] = index < 0 ? [] : this.#entries.slice(index);
    const rows = rowsOf(lines, size.columns);
    if (entry === undefined || rows === undefined) return undefined;
    const up = total([entry, ...after]);
    if (up + promptRows > size.rows) return undefined;
    entry.lines = lines;
    entry.rows = rows;
    return { up, lines: [entry, ...after].flatMap((each) => each.lines) };
  }
}

/** Rows that lines take; undefined if terminals may differ. */
export function rowsOf(lines: readonly string[], columns: number): number | undefined {
  let rows = 0;
  for (const line of lines) {
    const count = rowsOfLine(stripVTControlCharacters(line), columns);
    if (count === undefined) return undefined;
    rows += count;
  }
  return rows;
}

/** Only ASCII has the same width everywhere; other text is certain if it fits in a row at its widest. */
function rowsOfLine(line: string, columns: number): number | undefined {
  if (/\p{Cc}/u.test(line)) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII.
  if (!/^[\x00-\x7f]*$/.test(line)) {
    return [...line].length * 2 < columns ? 1 : undefined;
  }
  if (line === "") return 1;
  // Terminals differ in where the cursor is behind a full row.
  return line.length % columns === 0 ? undefined : Math.ceil(line.length / columns);
}

function total(entries: readonly Entry[]): number {
  return entries.reduce((sum, { rows }) => sum + rows, 0);
}
