/** Blocks as HTML of a message. Pure. */
import { type Block, innerBlocks } from "@seabird-chat/protocol";
import { idIn, mediaIdIn } from "../matrix-ids.ts";
import { allowedUrl } from "./links.ts";
import { pillUrl } from "./pills.ts";

/** Depth of nested blocks; deeper ones are their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** Names on the network, of ids that core's requests carry. */
export interface WrittenNames {
  /** The room id or alias of a channel, for a link to it; undefined: it is not known. */
  roomOf(channelId: string): string | undefined;
}

/** Undefined if nothing in it is formatted: the plain text says it all. */
export function writeHtml(block: Block, names: WrittenNames): string | undefined {
  const writer = new HtmlWriter();
  write(writer, block, { depth: 1, names });
  return writer.isFormatted ? writer.html : undefined;
}

/** The target of a mention as it stands in a pill; undefined: it is its text. */
function mentionedId({ inner }: Block, names: WrittenNames): string | undefined {
  if (inner.case !== "mention") return undefined;
  const { target } = inner.value;
  if (target.case === "userId") return idIn(target.value, "@");
  return target.case === "channelId" ? names.roomOf(target.value) : undefined;
}

export function isEveryone({ inner }: Block): boolean {
  return inner.case === "mention" && inner.value.target.case === "everyone";
}

interface Context {
  readonly depth: number;
  readonly names: WrittenNames;
}

type Kind = NonNullable<Block["inner"]["case"]>;
type Write = (writer: HtmlWriter, block: Block, context: Context) => void;

function write(writer: HtmlWriter, block: Block, context: Context): void {
  const kind = context.depth > MAX_DEPTH ? undefined : block.inner.case;
  if (kind === undefined) writer.text(block.plain);
  else WRITERS[kind](writer, block, context);
}

function writeInner(writer: HtmlWriter, block: Block, { depth, names }: Context): void {
  for (const inner of innerBlocks(block)) write(writer, inner, { depth: depth + 1, names });
}

const WRITERS: Readonly<Record<Kind, Write>> = {
  text: (writer, block) => writer.text(textOf(block)),
  timestamp: (writer, block) => writer.text(block.plain),
  container: writeInner,
  bold: inline("strong"),
  italics: inline("em"),
  underline: inline("u"),
  strikethrough: inline("del"),
  spoiler: inline("span", "data-mx-spoiler"),
  inlineCode: (writer, block) => writer.inline("code", "", () => writer.text(textOf(block))),
  fencedCode: writeCode,
  heading: writeHeading,
  blockquote: (writer, block, context) =>
    writer.lines("blockquote", () => writeInner(writer, block, context)),
  list: writeList,
  link: writeLink,
  mention: writeMention,
  emoji: writeEmoji,
  // Files are events of their own.
  attachment: () => undefined,
};

function inline(tag: string, attributes = ""): Write {
  return (writer, block, context) =>
    writer.inline(tag, attributes, () => writeInner(writer, block, context));
}

export function textOf({ inner, plain }: Block): string {
  return inner.value !== undefined && "text" in inner.value ? inner.value.text : plain;
}

function writeCode(writer: HtmlWriter, block: Block): void {
  const info = block.inner.case === "fencedCode" ? block.inner.value.info : "";
  const language = /^[\w+#.-]{1,64}(?=\s|$)/.exec(info.trim())?.[0];
  writer.code(textOf(block), language);
}

function writeHeading(writer: HtmlWriter, block: Block, context: Context): void {
  const level = block.inner.case === "heading" ? block.inner.value.level : 1;
  const tag = `h${Math.min(6, Math.max(1, level))}`;
  writer.lines(tag, () => writeInner(writer, block, context));
}

function writeList(writer: HtmlWriter, block: Block, { depth, names }: Context): void {
  const isOrdered = block.inner.case === "list" && block.inner.value.isOrdered;
  writer.lines(isOrdered ? "ol" : "ul", () => {
    for (const item of innerBlocks(block)) {
      writer.item(() => write(writer, item, { depth: depth + 1, names }));
    }
  });
}

function writeLink(writer: HtmlWriter, block: Block, context: Context): void {
  const given = block.inner.case === "link" ? block.inner.value.url : "";
  const url = allowedUrl(given);
  // Core's plain text has the url, so that a link of another kind can be read at least.
  if (url === undefined) writer.text(block.plain);
  else if (innerBlocks(block).every(({ plain }) => plain === ""))
    writer.link(url, () => writer.text(url));
  else writer.link(url, () => writeInner(writer, block, context));
}

function writeMention(writer: HtmlWriter, block: Block, context: Context): void {
  const id = mentionedId(block, context.names);
  if (isEveryone(block)) writer.text("@room");
  else if (id === undefined) writeInner(writer, block, context);
  else writer.link(pillUrl(id), () => writeInner(writer, block, context));
}

function writeEmoji(writer: HtmlWriter, block: Block): void {
  const id = block.inner.case === "emoji" ? mediaIdIn(block.inner.value.id) : undefined;
  if (id === undefined) writer.text(textOf(block));
  else writer.emoji(id, textOf(block));
}

/** Builds the HTML so that a browser shows each blank and line break of a text, and no more. */
class HtmlWriter {
  isFormatted = false;
  #html = "";
  #isInLink = false;
  #lines = newLines();

  get html(): string {
    return this.#html;
  }

  text(text: string): void {
    for (const [index, line] of text.split(LINE_BREAK).entries()) {
      if (index > 0) this.#lines.breaks += 1;
      if (line === "") continue;
      this.#flushBreaks();
      this.#html += this.#escape(line);
    }
  }

  inline(tag: string, attributes: string, inside: () => void): void {
    this.#flushBreaks();
    const inner = this.#capture(inside);
    if (inner === "") return;
    this.isFormatted = true;
    this.#html += `<${attributes === "" ? tag : `${tag} ${attributes}`}>${inner}</${tag}>`;
  }

  /** HTML has no link in a link: the outer one counts. */
  link(url: string, inside: () => void): void {
    if (this.#isInLink) {
      inside();
      return;
    }
    this.#isInLink = true;
    this.inline("a", `href="${escapeHtml(url)}"`, inside);
    this.#isInLink = false;
  }

  emoji(id: string, text: string): void {
    this.#flushBreaks();
    this.isFormatted = true;
    const name = escapeHtml(text);
    const source = `src="${escapeHtml(id)}" alt="${name}" title="${name}"`;
    this.#html += `<img data-mx-emoticon ${source} height="32" />`;
    this.#lines.isAfterBlank = false;
  }

  /** An element with lines of its own. */
  lines(tag: string, inside: () => void): void {
    const inner = this.#captureLines(inside);
    if (inner !== "") this.#block(`<${tag}>${inner}</${tag}>`);
  }

  item(inside: () => void): void {
    this.#html += `<li>${this.#captureLines(inside)}</li>`;
  }

  code(text: string, language: string | undefined): void {
    if (text === "") return;
    const attribute = language === undefined ? "" : ` class="language-${language}"`;
    this.#block(`<pre><code${attribute}>${escapeHtml(text)}\n</code></pre>`);
  }

  #block(html: string): void {
    const { breaks, isAfterBlock, hasContent } = this.#lines;
    // An element of its own lines ends a line that has begun: its own break says no more.
    const needed = isAfterBlock ? breaks - 1 : breaks < 2 ? 0 : breaks;
    if (hasContent && needed > 0) this.#html += "<br>".repeat(needed);
    this.isFormatted = true;
    this.#html += html;
    this.#lines = { hasContent: true, breaks: 0, isAfterBlock: true, isAfterBlank: true };
  }

  #flushBreaks(): void {
    const { breaks, isAfterBlock, hasContent } = this.#lines;
    const needed = isAfterBlock ? breaks - 1 : breaks;
    if (hasContent && needed > 0) this.#html += "<br>".repeat(needed);
    if (breaks > 0) this.#lines.isAfterBlank = true;
    this.#lines.breaks = 0;
    this.#lines.hasContent = true;
    this.#lines.isAfterBlock = false;
  }

  #capture(inside: () => void): string {
    const before = this.#html;
    this.#html = "";
    inside();
    const inner = this.#html;
    this.#html = before;
    return inner;
  }

  #captureLines(inside: () => void): string {
    const outer = this.#lines;
    this.#lines = newLines();
    const inner = this.#capture(inside);
    this.#lines = outer;
    return inner;
  }

  /** A blank that a browser would not show is one that does not break. */
  #escape(line: string): string {
    let escaped = "";
    for (const part of line.split(/([ \t])/)) {
      if (part === "") continue;
      const isBlank = part === " " || part === "\t";
      escaped += isBlank ? (this.#lines.isAfterBlank ? "&nbsp;" : " ") : escapeHtml(part);
      this.#lines.isAfterBlank = isBlank;
    }
    return escaped;
  }
}

interface Lines {
  hasContent: boolean;
  breaks: number;
  isAfterBlock: boolean;
  isAfterBlank: boolean;
}

function newLines(): Lines {
  return { hasContent: false, breaks: 0, isAfterBlock: false, isAfterBlank: true };
}

const LINE_BREAK = /\r\n|\r|\n/;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
