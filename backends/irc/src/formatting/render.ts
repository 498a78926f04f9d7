/** Renders blocks as lines of formatted text. Pure. */
import { type Block, innerBlocks } from "@seabird-chat/protocol";
import { PLAIN, type Style, stripControls, type Toggle } from "./codes.ts";
import { addRun, parseRuns, type Run } from "./runs.ts";

/** A line before it is split. */
export interface TextLine {
  readonly runs: readonly Run[];
  /** Nested quotes around it: `> ` is written for each, before each part of the line. */
  readonly quotes: number;
  /** Fenced code: spaces and blank lines are kept. */
  readonly verbatim: boolean;
}

/** Depth of nested blocks; deeper ones are rendered as their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** IRC can hide text only by colours, and not from every user. */
const SPOILER = "||";

const LINE_BREAK = /\r\n|\r|\n/;

/**
 * The lines of a block.
 *
 * Headings, fenced code and quotes have lines of their own, the items of a list are joined with
 * `, `, the url of a link follows its text, and spoilers are written between `||`. Blank lines are
 * dropped, except in fenced code, where they become one space. Codes in a text are kept as far as
 * there is a block for them; colours are dropped.
 */
export function renderBlock(block: Block, nameOf: NameOf = () => undefined): readonly TextLine[] {
  const writer = new LineWriter();
  write(writer, block, { style: PLAIN, depth: 1, nameOf });
  return writer.lines();
}

/** The name that stands for a mention; undefined: its own text does. */
export type NameOf = (mention: Block) => string | undefined;

interface Context {
  readonly style: Style;
  readonly depth: number;
  readonly nameOf: NameOf;
}

function write(writer: LineWriter, block: Block, context: Context): void {
  const kind = context.depth > MAX_DEPTH ? undefined : block.inner.case;
  if (kind === undefined) writer.text(block.plain, context.style);
  else WRITERS[kind](writer, block, context);
}

type Kind = NonNullable<Block["inner"]["case"]>;
type Writer = (writer: LineWriter, block: Block, context: Context) => void;

const WRITERS: Readonly<Record<Kind, Writer>> = {
  text: (writer, block, { style }) => writer.text(textOf(block), style),
  timestamp: (writer, block, { style }) => writer.text(block.plain, style),
  bold: (writer, block, context) => writeInner(writer, block, context, "bold"),
  italics: (writer, block, context) => writeInner(writer, block, context, "italics"),
  underline: (writer, block, context) => writeInner(writer, block, context, "underline"),
  strikethrough: (writer, block, context) => writeInner(writer, block, context, "strikethrough"),
  inlineCode: (writer, block, { style }) => writer.code(textOf(block), style),
  fencedCode: (writer, block, { style }) =>
    writer.separately(() => writer.codeLines(textOf(block), style)),
  heading: (writer, block, context) =>
    writer.separately(() => writeInner(writer, block, context, "bold")),
  blockquote: (writer, block, context) => writer.quote(() => writeInner(writer, block, context)),
  spoiler: writeSpoiler,
  link: writeLink,
  container: (writer, block, context) => writeInner(writer, block, context),
  list: writeList,
  mention: writeMention,
  emoji: (writer, block, { style }) => writer.text(block.plain, style),
  attachment: (writer, block, { style }) => writer.text(block.plain, style),
};

function textOf({ inner, plain }: Block): string {
  return inner.value !== undefined && "text" in inner.value ? inner.value.text : plain;
}

function writeMention(writer: LineWriter, block: Block, context: Context): void {
  const name = context.nameOf(block);
  if (name === undefined) writeInner(writer, block, context);
  else writer.text(name, context.style);
}

/** protocol: plain text of a list. */
function writeList(writer: LineWriter, block: Block, context: Context): void {
  const isOrdered = block.inner.case === "list" && block.inner.value.isOrdered;
  const inside = { ...context, depth: context.depth + 1 };
  for (const [index, inner] of innerBlocks(block).entries()) {
    if (index > 0) writer.separator(", ", context.style);
    if (isOrdered) writer.text(`${index + 1}. `, context.style);
    write(writer, inner, inside);
  }
}

function writeSpoiler(writer: LineWriter, block: Block, context: Context): void {
  writer.text(SPOILER, context.style);
  writeInner(writer, block, context);
  writer.text(SPOILER, context.style);
}

/** protocol: Link. The url alone if the text adds nothing to it. */
function writeLink(writer: LineWriter, block: Block, context: Context): void {
  const url = block.inner.case === "link" ? block.inner.value.url : "";
  const plain = innerBlocks(block)
    .map((inner) => inner.plain)
    .join("");
  const short = url.replace(/^(?:https?:\/\/|mailto:)/, "");
  const isUrlOnly = plain === "" || plain === url || plain === short;
  if (!isUrlOnly) writeInner(writer, block, context);
  writer.text(isUrlOnly ? url : ` (${url})`, context.style);
}

function writeInner(
  writer: LineWriter,
  block: Block,
  { style, depth, nameOf }: Context,
  more?: Toggle,
): void {
  const inside = { style: withToggle(style, more), depth: depth + 1, nameOf };
  for (const inner of innerBlocks(block)) write(writer, inner, inside);
}

function withToggle(style: Style, more: Toggle | undefined): Style {
  return more === undefined || style.has(more) ? style : new Set([...style, more]);
}

/** Builds the lines. */
class LineWriter {
  readonly #lines: TextLine[] = [];
  #runs: Run[] = [];
  /** Whether the line has visible text. Kept, since each item of a list asks for it. */
  #isVisible = false;
  #quotes = 0;

  /** Text that may contain codes and line breaks. */
  text(text: string, style: Style): void {
    for (const [index, part] of text.split(LINE_BREAK).entries()) {
      if (index > 0) this.#endLine();
      for (const run of parseRuns(part)) {
        this.#add({ text: run.text, style: style.union(run.style) });
      }
    }
  }

  /** A separator, if the line has text already. */
  separator(text: string, style: Style): void {
    if (this.#isVisible) this.text(text, style);
  }

  /** Inline code, in which control characters are no formatting. */
  code(text: string, style: Style): void {
    const monospace = withToggle(style, "monospace");
    for (const [index, part] of text.split(LINE_BREAK).entries()) {
      if (index > 0) this.#endLine();
      this.#add({ text: stripControls(part), style: monospace });
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

  /** On separate lines. */
  separately(writeInside: () => void): void {
    this.#endLine();
    writeInside();
    this.#endLine();
  }

  quote(writeInside: () => void): void {
    this.separately(() => {
      this.#quotes += 1;
      writeInside();
      this.#endLine();
      this.#quotes -= 1;
    });
  }

  /** The lines; none if nothing is visible. */
  lines(): readonly TextLine[] {
    this.#endLine();
    return this.#lines.some(({ runs }) => isVisible(runs)) ? this.#lines : [];
  }

  #add(run: Run): void {
    this.#isVisible ||= run.text.trim() !== "";
    addRun(this.#runs, run);
  }

  #endLine(): void {
    if (this.#isVisible) {
      this.#lines.push({ runs: this.#runs, quotes: this.#quotes, verbatim: false });
    }
    this.#runs = [];
    this.#isVisible = false;
  }
}

function isVisible(runs: readonly Run[]): boolean {
  return runs.some(({ text }) => text.trim() !== "");
}
