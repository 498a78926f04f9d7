/** Blocks as plain text, for clients and notifications without formatting: no marks of any markup. Pure. */
import { type Block, innerBlocks } from "@seabird-chat/protocol";
import { isEveryone, textOf } from "./write-html.ts";

/** Depth of nested blocks; deeper ones are their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** What is hidden in a message must not be read in a notification. */
const SPOILER = "[spoiler]";

/** Quotes, headings, code and items have lines of their own; the url of a link follows its text. */
export function writePlain(block: Block): string {
  const writer = new PlainWriter();
  write(writer, block, 1);
  return writer.text;
}

type Kind = NonNullable<Block["inner"]["case"]>;
type Write = (writer: PlainWriter, block: Block, depth: number) => void;

function write(writer: PlainWriter, block: Block, depth: number): void {
  const kind = depth > MAX_DEPTH ? undefined : block.inner.case;
  if (kind === undefined) writer.write(block.plain);
  else WRITERS[kind](writer, block, depth);
}

const writeText: Write = (writer, block) => writer.write(textOf(block));

const WRITERS: Readonly<Record<Kind, Write>> = {
  text: writeText,
  inlineCode: writeText,
  emoji: writeText,
  timestamp: (writer, { plain }) => writer.write(plain),
  bold: writeInner,
  italics: writeInner,
  underline: writeInner,
  strikethrough: writeInner,
  container: writeInner,
  heading: (writer, block, depth) =>
    writer.ownLines("", "", () => writeInner(writer, block, depth)),
  blockquote: (writer, block, depth) =>
    writer.ownLines("> ", "> ", () => writeInner(writer, block, depth)),
  fencedCode: (writer, block) => writer.ownLines("", "", () => writer.write(textOf(block))),
  list: writeList,
  link: writeLink,
  spoiler: (writer) => writer.write(SPOILER),
  mention: (writer, block, depth) =>
    isEveryone(block) ? writer.write("@room") : writeInner(writer, block, depth),
  // Files are events of their own.
  attachment: () => undefined,
};

function writeInner(writer: PlainWriter, block: Block, depth: number): void {
  for (const inner of innerBlocks(block)) write(writer, inner, depth + 1);
}

function writeList(writer: PlainWriter, block: Block, depth: number): void {
  const isOrdered = block.inner.case === "list" && block.inner.value.isOrdered;
  writer.ownLines("", "", () => {
    for (const [index, item] of innerBlocks(block).entries()) {
      const mark = isOrdered ? `${index + 1}. ` : "• ";
      writer.ownLines(mark, " ".repeat(mark.length), () => write(writer, item, depth + 1));
    }
  });
}

/** Core's rule of what a link reads as, but for hidden text in it. */
function writeLink(writer: PlainWriter, block: Block, depth: number): void {
  const url = block.inner.case === "link" ? block.inner.value.url : "";
  const isUrlOnly = block.plain === url || block.plain === "";
  if (!isUrlOnly) writeInner(writer, block, depth);
  writer.write(isUrlOnly ? url : ` (${url})`);
}

class PlainWriter {
  text = "";
  /** What the next line begins with; then `#prefix`. */
  #first = "";
  #prefix = "";
  #isAtLineStart = true;
  #needsBreak = false;

  write(text: string): void {
    for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
      if (index > 0) this.#breakLine();
      if (line === "") continue;
      this.#begin();
      this.text += line;
    }
  }

  ownLines(first: string, following: string, inside: () => void): void {
    if (!this.#isAtLineStart) this.#needsBreak = true;
    const [outerFirst, outerPrefix] = [this.#first, this.#prefix];
    // What stands before the first line of what is around it stands there once.
    const before = this.#isAtLineStart && !this.#needsBreak ? outerFirst : outerPrefix;
    this.#first = before + first;
    this.#prefix = outerPrefix + following;
    const length = this.text.length;
    inside();
    const hasText = this.text.length > length;
    this.#prefix = outerPrefix;
    this.#first = hasText ? outerPrefix : outerFirst;
    if (hasText && !this.#isAtLineStart) this.#needsBreak = true;
  }

  /** A break that a text asks for is the one that a block before it needs. */
  #breakLine(): void {
    if (this.#isAtLineStart) this.#begin();
    this.#needsBreak = false;
    this.text += "\n";
    this.#isAtLineStart = true;
  }

  #begin(): void {
    if (this.#needsBreak) {
      this.#needsBreak = false;
      this.text += "\n";
      this.#isAtLineStart = true;
    }
    if (!this.#isAtLineStart) return;
    this.text += this.#first;
    this.#first = this.#prefix;
    this.#isAtLineStart = false;
  }
}
