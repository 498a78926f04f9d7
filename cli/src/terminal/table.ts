/** Lays rows out in columns for a terminal; wide characters count as two. */
import { withOwnCommand } from "../process/own-command.ts";
import { safeText } from "./safe-text.ts";

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const INVISIBLE = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The number of terminal columns that a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (!INVISIBLE.test(segment)) width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said instead of an empty table. */
  readonly empty: string;
}

/** The table's lines: a head, then the rows. The last column is not padded. */
export function tableLines(table: Table, head: (line: string) => string): string[] {
  if (table.rows.length === 0) return [withOwnCommand(table.empty)];
  const rows = table.rows.map((row) => row.map(safeText));
  const widths = table.columns.map((name, column) =>
    Math.max(displayWidth(name), ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [head(line(table.columns)), ...rows.map(line)];
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - displayWidth(cell)));
}
