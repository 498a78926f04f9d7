/** Lines of styled text that grow at their end. */

export type Style =
  | "bold"
  | "italics"
  | "underline"
  | "strikethrough"
  | "dim"
  | "code"
  | "called"
  | "hidden";

export interface Span {
  readonly text: string;
  readonly styles: readonly Style[];
  /** An address that terminals with hyperlinks open. Only printable ASCII. */
  readonly url?: string | undefined;
}

export type Line = readonly Span[];

export class Canvas {
  readonly #lines: Span[][] = [[]];

  get lines(): readonly Line[] {
    return this.#lines;
  }

  write(text: string, styles: readonly Style[] = [], url?: string): void {
    if (text !== "") this.#lines.at(-1)?.push({ text, styles, url });
  }

  newLine(): void {
    this.#lines.push([]);
  }

  /** What follows begins a line of its own. */
  startLine(): void {
    if (this.#lines.at(-1)?.length !== 0) this.newLine();
  }

  /** All lines of another canvas, each behind the prefix, as lines of their own. */
  append(
    lines: readonly Line[],
    first: string,
    others = first,
    styles: readonly Style[] = [],
  ): void {
    for (const [index, line] of lines.entries()) {
      this.startLine();
      this.write(index === 0 ? first : others, styles);
      this.#lines.at(-1)?.push(...line);
    }
  }
}
