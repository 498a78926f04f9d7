/** The content of a message as it is copied: no line of it looks like another's. Pure. */
import { type Block, blockDepth, innerBlocks, plainText, utf8Length } from "@seabird-chat/protocol";
import { text as textBlock } from "@seabird-chat/sdk";
import { plainLine } from "./shown-name.ts";

export interface CopyOptions {
  /** In front of the message, and of each further line; empty: the network shows the name by itself. */
  readonly lead: string;
  /** Of a line of the network; 0: it takes messages of several lines, or has no limit. */
  readonly maxLineBytes: number;
}

/** With what is put around it, a deeper tree is more than core takes: it becomes plain text. */
const MAX_DEPTH = 40;
/** Names in front of lines; further lines follow in the last one. */
const MAX_LEADS = 200;
/** Of a line, for the codes of formatting. */
const FORMATTING_BYTES = 32;
/** A line has at least so much room, however long the name is. */
const MIN_ROOM_BYTES = 64;
const LINE_BREAK = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const LINE_BREAKS = new RegExp(LINE_BREAK, "g");

/** Without the first name in front, which differs for actions. */
export function copiedContent(block: Block, options: CopyOptions): Block {
  const shallow = blockDepth(block) > MAX_DEPTH ? textBlock(plainText(block)) : block;
  return new ContentCopy(options).copy(shallow);
}

class ContentCopy {
  readonly #lead: string;
  readonly #leadBytes: number;
  readonly #maxBytes: number;
  /** Of the current line. */
  #used: number;
  /** A block that has lines of its own has ended. */
  #isLineDue = false;
  #leads = 0;

  constructor({ lead, maxLineBytes }: CopyOptions) {
    this.#lead = lead;
    this.#leadBytes = utf8Length(lead);
    const room = Math.max(MIN_ROOM_BYTES + this.#leadBytes, maxLineBytes - FORMATTING_BYTES);
    this.#maxBytes = maxLineBytes === 0 ? Number.POSITIVE_INFINITY : room;
    this.#used = this.#leadBytes;
  }

  copy(block: Block): Block {
    const { inner } = block;
    switch (inner.case) {
      case "text":
        return textBlock(this.#words(inner.value.text));
      case "inlineCode": {
        const code = this.#words(inner.value.text.replace(LINE_BREAKS, " "));
        return { ...block, inner: { ...inner, value: { ...inner.value, text: code } } };
      }
      case "emoji": {
        const words = this.#words(plainLine(inner.value.text));
        return { ...block, inner: { ...inner, value: { ...inner.value, text: words } } };
      }
      case "attachment": {
        const name = plainLine(inner.value.name);
        const url = plainUrl(inner.value.url);
        this.#used += utf8Length(name) + utf8Length(url);
        return { ...block, inner: { ...inner, value: { ...inner.value, name, url } } };
      }
      case "fencedCode":
        return this.#code(block);
      case "blockquote": {
        // Each line has a sign of its own in front.
        const quoted = new ContentCopy({ lead: "", maxLineBytes: 0 }).#copyInner(block);
        this.#isLineDue = true;
        return quoted;
      }
      case "heading":
      case "list": {
        if (this.#used > this.#leadBytes) this.#isLineDue = inner.case === "heading";
        const copied = this.#copyInner(block);
        this.#isLineDue = true;
        return copied;
      }
      case "link": {
        const copied = this.#copyInner({
          ...block,
          inner: { ...inner, value: { ...inner.value, url: plainUrl(inner.value.url) } },
        });
        this.#used += utf8Length(inner.value.url);
        return copied;
      }
      default:
        return this.#copyInner(block);
    }
  }

  #copyInner(block: Block): Block {
    const { inner } = block;
    if (inner.case === "list" || inner.case === "container") {
      const items = inner.value.inner.map((each) => this.copy(each));
      return { ...block, inner: { ...inner, value: { ...inner.value, inner: items } } } as Block;
    }
    const [child] = innerBlocks(block);
    if (child === undefined) return block;
    const value = { ...inner.value, inner: this.copy(child) };
    return { ...block, inner: { ...inner, value } } as Block;
  }

  /** Networks of single lines show each line of code by itself. */
  #code(block: Block): Block {
    const { inner } = block;
    if (inner.case !== "fencedCode" || this.#lead === "") return block;
    this.#isLineDue = true;
    if (this.#maxBytes === Number.POSITIVE_INFINITY) return block;
    const code = this.#words(inner.value.text).replace(/^\n/, "");
    this.#isLineDue = true;
    return { ...block, inner: { ...inner, value: { ...inner.value, text: code } } };
  }

  #words(words: string): string {
    if (this.#lead === "" || words === "") return words;
    const [first = "", ...others] = words.split(LINE_BREAK);
    let written = this.#isLineDue && first !== "" ? this.#nextLine() : "";
    this.#isLineDue = false;
    written += this.#wrapped(first);
    for (const line of others) written += this.#nextLine() + this.#wrapped(line);
    return written;
  }

  #wrapped(line: string): string {
    if (this.#used + utf8Length(line) <= this.#maxBytes) {
      this.#used += utf8Length(line);
      return line;
    }
    let written = "";
    for (const word of line.match(/\s+|\S+/gu) ?? []) {
      const bytes = utf8Length(word);
      if (this.#used + bytes > this.#maxBytes) {
        if (this.#used > this.#leadBytes) written += this.#nextLine();
        if (/^\s/u.test(word)) continue;
        if (this.#leadBytes + bytes > this.#maxBytes) {
          written += this.#cut(word);
          continue;
        }
      }
      written += word;
      this.#used += bytes;
    }
    return written;
  }

  #cut(word: string): string {
    let written = "";
    for (const sign of word) {
      const bytes = utf8Length(sign);
      if (this.#used + bytes > this.#maxBytes) written += this.#nextLine();
      written += sign;
      this.#used += bytes;
    }
    return written;
  }

  #nextLine(): string {
    this.#used = this.#leadBytes;
    this.#leads += 1;
    return this.#leads > MAX_LEADS ? " ⏎ " : `\n${this.#lead}`;
  }
}

/** An address has no blanks, nor what looks like a name in front; as `encodeURI` writes them. */
function plainUrl(url: string): string {
  return url.toWellFormed().replace(/[\s\p{Cc}\p{Zl}\p{Zp}<>]/gu, encodeURIComponent);
}
