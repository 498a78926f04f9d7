/** Renders blocks as lines of runs. Pure. */
import { type Block, innerBlocks } from "@seabird-chat/protocol";
import { addRun, PLAIN, type Run, type Style } from "./runs.ts";
import type { SpanKind } from "./spans.ts";
import { LINE_BREAK } from "./styling.ts";
import { xmlText } from "./xml-text.ts";

/** A line of a body. */
export interface TextLine {
  /** Of a code line one, without style. */
  readonly runs: readonly Run[];
  /** Nested quotes around it. */
  readonly quotes: number;
  /** Which code block it belongs to; lines of another one have another object. */
  readonly code?: { readonly info: string } | undefined;
}

export interface RenderOptions {
  /** The name by which a mention notifies, such as a nick. Undefined: the mention's own text stands. */
  nameOf?(userId: string): string | undefined;
  /** What stands for a file; empty: nothing, since it is sent otherwise. Default: its plain text. */
  attachment?(block: Block): string;
}

/** Depth of nested blocks; deeper ones are rendered as their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** A spoiler within a message: XEP-0382 hides whole messages only. */
const SPOILER = "||";
const BULLET = "• ";

/**
 * The lines of a block. Headings, code, quotes and the items of lists have lines of their own; headings
 * are bold, the url of a link follows its text, and there is no sign for underlined text.
 */
export function renderLines(block: Block, options: RenderOptions = {}): readonly TextLine[] {
  const renderer = new Renderer(options);
  renderer.write(block, PLAIN, 1);
  return renderer.lines();
}

const STYLES = {
  bold: "bold",
  italics: "italics",
  strikethrough: "strikethrough",
} as const satisfies Partial<Record<Kind, SpanKind>>;

type Kind = NonNullable<Block["inner"]["case"]>;

class Renderer {
  readonly #options: RenderOptions;
  readonly #lines: TextLine[] = [];
  #runs: Run[] = [];
  #quotes = 0;
  /** A block with lines of its own has just ended, so that one line break is done already. */
  #isAfterBlock = false;

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  write(block: Block, style: Style, depth: number): void {
    const { inner } = block;
    if (depth > MAX_DEPTH) {
      this.#text(block.plain, style);
      return;
    }
    switch (inner.case) {
      case "text":
        this.#text(inner.value.text, style);
        break;
      case "inlineCode":
        this.#text(inner.value.text, new Set([...style, "inlineCode"] as const));
        break;
      case "bold":
      case "italics":
      case "strikethrough":
        this.#inner(block, new Set([...style, STYLES[inner.case]]), depth);
        break;
      case "heading":
        this.#separately(() => this.#inner(block, new Set([...style, "bold"] as const), depth));
        break;
      case "fencedCode":
        this.#code(inner.value);
        break;
      case "blockquote":
        this.#quote(() => this.#inner(block, style, depth));
        break;
      case "list":
        this.#list(block, inner.value.isOrdered, style, depth);
        break;
      case "link":
        this.#link(block, inner.value.url, style, depth);
        break;
      case "spoiler":
        this.#text(SPOILER, style);
        this.#inner(block, style, depth);
        this.#text(SPOILER, style);
        break;
      case "mention":
        this.#mention(block, style, depth);
        break;
      case "attachment":
        this.#text(this.#options.attachment?.(block) ?? block.plain, style);
        break;
      case "underline":
      case "container":
        this.#inner(block, style, depth);
        break;
      default:
        this.#text(block.plain, style);
    }
  }

  lines(): readonly TextLine[] {
    if (!this.#isAfterBlock) this.#endLine();
    return this.#lines;
  }

  #inner(block: Block, style: Style, depth: number): void {
    for (const inner of innerBlocks(block)) this.write(inner, style, depth + 1);
  }

  #text(text: string, style: Style, mention?: string): void {
    for (const [index, part] of xmlText(text).split(LINE_BREAK).entries()) {
      if (index > 0) this.#breakLine();
      if (part === "") continue;
      addRun(this.#runs, { text: part, style, mention });
      this.#isAfterBlock = false;
    }
  }

  #breakLine(): void {
    if (this.#isAfterBlock) this.#isAfterBlock = false;
    else this.#endLine();
  }

  #endLine(): void {
    this.#lines.push({ runs: this.#runs, quotes: this.#quotes });
    this.#runs = [];
  }

  /** On separate lines. */
  #separately(writeInside: () => void): void {
    if (this.#runs.length > 0) this.#endLine();
    this.#isAfterBlock = false;
    writeInside();
    if (!this.#isAfterBlock) this.#endLine();
    this.#isAfterBlock = true;
  }

  #quote(writeInside: () => void): void {
    // Two quotes in a row would be one.
    const last = this.#runs.length > 0 ? undefined : this.#lines.at(-1);
    if (last !== undefined && last.quotes > this.#quotes) this.#endLine();
    if (this.#runs.length > 0) this.#endLine();
    this.#quotes += 1;
    this.#separately(writeInside);
    this.#quotes -= 1;
  }

  #code({ text, info }: { readonly text: string; readonly info: string }): void {
    const code = { info: xmlText(info).split(LINE_BREAK)[0] ?? "" };
    const whole = xmlText(text).replace(/(?:\r\n|\r|\n)$/, "");
    this.#separately(() => {
      for (const line of whole.split(LINE_BREAK)) {
        this.#lines.push({ runs: [{ text: line, style: PLAIN }], quotes: this.#quotes, code });
      }
      this.#isAfterBlock = true;
    });
  }

  #list(block: Block, isOrdered: boolean, style: Style, depth: number): void {
    for (const [index, item] of innerBlocks(block).entries()) {
      this.#separately(() => {
        this.#text(isOrdered ? `${index + 1}. ` : BULLET, style);
        this.write(item, style, depth + 1);
      });
    }
  }

  /** protocol: Link. The url alone if the text adds nothing to it. */
  #link(block: Block, url: string, style: Style, depth: number): void {
    const plain = innerBlocks(block)
      .map((inner) => inner.plain)
      .join("");
    const short = url.replace(/^(?:https?:\/\/|mailto:)/, "");
    if (plain === "" || plain === url || plain === short) {
      this.#text(url, style);
      return;
    }
    this.#inner(block, style, depth);
    this.#text(` (${url})`, style);
  }

  #mention(block: Block, style: Style, depth: number): void {
    const target = block.inner.case === "mention" ? block.inner.value.target : undefined;
    const userId = target?.case === "userId" ? target.value : undefined;
    const name = userId === undefined ? undefined : this.#options.nameOf?.(userId);
    if (userId === undefined || name === undefined) this.#inner(block, style, depth);
    else this.#text(name, style, userId);
  }
}
