/** Blocks as lines of IRC: which words stand on which line, in which style. Pure. */
import { type Block, innerBlocks } from "@seabird-chat/protocol";
import { PLAIN, type Style, stripControls, type Toggle } from "./codes.ts";
import { addRun, parseRuns, plainRuns, type Run } from "./runs.ts";

/** A line before it is cut to what fits. */
export interface TextLine {
  readonly runs: readonly Run[];
  /** How many quotes it stands in: `> ` is written before it, and before each part of it. */
  readonly quotes: number;
  /** Code: every space counts, and a blank line is one. */
  readonly verbatim: boolean;
}

/** How deep blocks are followed; deeper ones read as their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** IRC has nothing that hides words but colours, and those hide them from some readers only. */
const SPOILER = "||";

const LINE_BREAK = /\r\n|\r|\n/;

/**
 * The lines of a block.
 *
 * Headings, fenced code and quotes stand on lines of their own, lists are joined with `, ` as in
 * their plain text, links show their url behind their text, spoilers stand between `||`. Blank
 * lines are dropped but in fenced code, where they hold one space. Codes that a text brings along
 * are followed as far as there is a block for them; colours are dropped.
 */
export function renderBlock(block: Block): readonly TextLine[] {
  const page = new Page();
  write(page, block, { style: PLAIN, depth: 1 });
  return page.lines();
}

interface Place {
  readonly style: Style;
  readonly depth: number;
}

function write(page: Page, block: Block, place: Place): void {
  const kind = place.depth > MAX_DEPTH ? undefined : block.inner.case;
  if (kind === undefined) page.words(block.plain, place.style);
  else WRITERS[kind](page, block, place);
}

type Kind = NonNullable<Block["inner"]["case"]>;
type Writer = (page: Page, block: Block, place: Place) => void;

const WRITERS: Readonly<Record<Kind, Writer>> = {
  text: (page, block, { style }) => page.words(textOf(block), style),
  timestamp: (page, block, { style }) => page.words(block.plain, style),
  bold: (page, block, place) => writeInner(page, block, place, "bold"),
  italics: (page, block, place) => writeInner(page, block, place, "italics"),
  underline: (page, block, place) => writeInner(page, block, place, "underline"),
  strikethrough: (page, block, place) => writeInner(page, block, place, "strikethrough"),
  inlineCode: (page, block, { style }) => page.code(textOf(block), style),
  fencedCode: (page, block, { style }) => page.apart(() => page.codeLines(textOf(block), style)),
  heading: (page, block, place) => page.apart(() => writeInner(page, block, place, "bold")),
  blockquote: (page, block, place) => page.quote(() => writeInner(page, block, place)),
  spoiler: writeSpoiler,
  link: writeLink,
  container: (page, block, place) => writeInner(page, block, place),
  list: (page, block, place) => writeInner(page, block, place, undefined, ", "),
};

function textOf({ inner, plain }: Block): string {
  return inner.value !== undefined && "text" in inner.value ? inner.value.text : plain;
}

function writeSpoiler(page: Page, block: Block, place: Place): void {
  page.words(SPOILER, place.style);
  writeInner(page, block, place);
  page.words(SPOILER, place.style);
}

/** protocol: Link. The url alone where the text adds nothing to it. */
function writeLink(page: Page, block: Block, place: Place): void {
  const url = block.inner.case === "link" ? block.inner.value.url : "";
  const plain = innerBlocks(block)
    .map((inner) => inner.plain)
    .join("");
  const short = url.replace(/^(?:https?:\/\/|mailto:)/, "");
  const saysNothing = plain === "" || plain === url || plain === short;
  if (!saysNothing) writeInner(page, block, place);
  page.words(saysNothing ? url : ` (${url})`, place.style);
}

function writeInner(
  page: Page,
  block: Block,
  { style, depth }: Place,
  more?: Toggle,
  between = "",
): void {
  const inside = { style: withToggle(style, more), depth: depth + 1 };
  let isFirst = true;
  for (const inner of innerBlocks(block)) {
    if (!isFirst) page.between(between, style);
    isFirst = false;
    write(page, inner, inside);
  }
}

function withToggle(style: Style, more: Toggle | undefined): Style {
  return more === undefined || style.has(more) ? style : new Set([...style, more]);
}

/** Lines being written. */
class Page {
  readonly #lines: TextLine[] = [];
  #runs: Run[] = [];
  #quotes = 0;

  /** Text that may bring its own codes and line breaks. */
  words(text: string, style: Style): void {
    for (const [index, part] of text.split(LINE_BREAK).entries()) {
      if (index > 0) this.#endLine();
      for (const run of parseRuns(part)) {
        addRun(this.#runs, { text: run.text, style: style.union(run.style) });
      }
    }
  }

  /** What stands between two things on one line. */
  between(text: string, style: Style): void {
    if (isVisible(this.#runs)) this.words(text, style);
  }

  /** Code within a line: what it holds is shown, and is no code of IRC. */
  code(text: string, style: Style): void {
    const monospace = withToggle(style, "monospace");
    for (const [index, part] of text.split(LINE_BREAK).entries()) {
      if (index > 0) this.#endLine();
      addRun(this.#runs, { text: stripControls(part), style: monospace });
    }
  }

  codeLines(text: string, style: Style): void {
    const whole = text.replace(/(?:\r\n|\r|\n)$/, "");
    if (whole === "") return;
    const monospace = withToggle(style, "monospace");
    for (const part of whole.split(LINE_BREAK)) {
      const line = stripControls(part);
      const runs = line === "" ? [{ text: " ", style: PLAIN }] : [{ text: line, style: monospace }];
      this.#lines.push({ runs, quotes: this.#quotes, verbatim: true });
    }
  }

  /** On lines of its own. */
  apart(writeInside: () => void): void {
    this.#endLine();
    writeInside();
    this.#endLine();
  }

  quote(writeInside: () => void): void {
    this.apart(() => {
      this.#quotes += 1;
      writeInside();
      this.#endLine();
      this.#quotes -= 1;
    });
  }

  /** All of them; none if there is nothing to see. */
  lines(): readonly TextLine[] {
    this.#endLine();
    return this.#lines.some(({ runs }) => isVisible(runs)) ? this.#lines : [];
  }

  #endLine(): void {
    if (isVisible(this.#runs)) {
      this.#lines.push({ runs: this.#runs, quotes: this.#quotes, verbatim: false });
    }
    this.#runs = [];
  }
}

function isVisible(runs: readonly Run[]): boolean {
  return plainRuns(runs).trim() !== "";
}
