/** Text as a browser lays it out: runs of blanks are one, and only what follows shows a line break. Pure. */
import type { Content } from "@seabird-chat/protocol";

/** Lines that follow each other, such as those of a message, a quote or an item of a list. */
interface Lines {
  /** Whether anything is shown yet; breaks and blanks before it are none. */
  hasContent: boolean;
  /** Line breaks before what comes next. */
  breaks: number;
  /** Whether there is a blank line before text that comes next. */
  hasMargin: boolean;
  /** Whether what came last has lines of its own: its margin is not shown. */
  isAfterBlock: boolean;
  /** Whether a blank comes before what comes next. */
  hasBlank: boolean;
}

/** Blanks that collapse; one that does not; words. */
const TOKENS = /[ \t\n\f\r]+|\u00a0|[^ \t\n\f\r\u00a0]+/g;
const COLLAPSES = /^[ \t\n\f\r]/;

/** Collects content in nested elements. Everything takes constant time for each character. */
export class Flow {
  #lines: Lines = newLines();
  readonly #outer: Lines[] = [];
  readonly #parts: Content[][] = [[]];

  /** Text of HTML; a blank that does not break becomes one that does. */
  text(text: string): void {
    for (const [token] of text.matchAll(TOKENS)) {
      if (COLLAPSES.test(token)) this.#lines.hasBlank = true;
      else this.append(token === "\u00a0" ? " " : token);
    }
  }

  append(content: Content): void {
    const { hasContent, breaks, hasMargin, hasBlank } = this.#lines;
    const lineBreaks = hasMargin ? Math.max(breaks, 2) : breaks;
    if (hasContent && lineBreaks > 0) this.#pushBefore("\n".repeat(lineBreaks));
    else if (hasContent && hasBlank) this.#pushBefore(" ");
    this.#lines = { ...newLines(), hasContent: true };
    this.#push(content);
  }

  lineBreak(): void {
    this.#lines.breaks += 1;
    this.#lines.hasBlank = false;
  }

  /** What comes next is on another line. */
  boundary(): void {
    this.#lines.breaks = Math.max(this.#lines.breaks, 1);
    this.#lines.hasBlank = false;
  }

  /** As `boundary`, with a blank line between two paragraphs. */
  margin(): void {
    this.boundary();
    this.#lines.hasMargin = !this.#lines.isAfterBlock;
  }

  get isAtLineStart(): boolean {
    return !this.#lines.hasContent || this.#lines.breaks > 0;
  }

  /** What is appended from now on is inside an element of the same lines. */
  open(): void {
    this.#parts.push([]);
  }

  /** The content of the innermost element; it stands nowhere yet. */
  close(): readonly Content[] {
    return this.#parts.pop() ?? [];
  }

  /** What was already laid out, back in the element around it: without another blank or break. */
  put(content: Content): void {
    this.#push(content);
  }

  /** As `open`, of an element with lines of its own. */
  openLines(): void {
    this.#outer.push(this.#lines);
    this.#lines = newLines();
    this.open();
  }

  /** As `close`, of an element with lines of its own. */
  closeLines(): readonly Content[] {
    this.#lines = this.#outer.pop() ?? newLines();
    return this.close();
  }

  /** What the innermost element has so far, which is taken out of it. */
  take(): readonly Content[] {
    this.#lines = newLines();
    return this.#parts.at(-1)?.splice(0) ?? [];
  }

  /** A block on lines of its own. */
  block(content: Content): void {
    this.boundary();
    this.#lines.hasMargin = false;
    this.append(content);
    this.#lines.isAfterBlock = true;
    this.boundary();
  }

  /** In front of the elements that have begun and are empty so far: a link does not begin with a blank. */
  #pushBefore(text: string): void {
    let index = this.#parts.length - 1;
    while (index > 0 && this.#parts[index]?.length === 0) index -= 1;
    this.#push(text, index);
  }

  /** Neighbouring texts become one. */
  #push(content: Content, index = this.#parts.length - 1): void {
    const parts = this.#parts[index];
    const last = parts?.at(-1);
    if (parts === undefined) return;
    if (typeof last === "string" && typeof content === "string")
      parts[parts.length - 1] = last + content;
    else parts.push(content);
  }
}

function newLines(): Lines {
  return { hasContent: false, breaks: 0, hasMargin: false, isAfterBlock: false, hasBlank: false };
}
