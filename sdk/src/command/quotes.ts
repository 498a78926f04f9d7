/** Quotes that join words: which characters open them, and where they close. Pure, linear in the text. */
import { isBlank, marksLength } from "./normalise.ts";

interface Quote {
  /** What closes it by right. */
  readonly partners: string;
  /** Further characters that close it in front of a blank: people mix quotes. */
  readonly relatives: string;
  /** Blanks inside belong to the quotes, as in French. */
  readonly isSpaced?: true;
  /** Its partner is an apostrophe too: it closes in front of a blank only, and may stay open. */
  readonly isSoft?: true;
}

const DOUBLE = '"“”„‟＂〝〞〟⹂';
const SINGLE = "‘’‚‛";

const QUOTES: ReadonlyMap<string, Quote> = new Map<string, Quote>([
  ['"', { partners: '"', relatives: DOUBLE }],
  ["“", { partners: "”", relatives: DOUBLE }],
  ["”", { partners: "”", relatives: DOUBLE }],
  ["„", { partners: "“”", relatives: DOUBLE }],
  ["⹂", { partners: "“”", relatives: DOUBLE }],
  ["‟", { partners: "”", relatives: DOUBLE }],
  ["＂", { partners: "＂", relatives: DOUBLE }],
  ["〝", { partners: "〞〟", relatives: DOUBLE }],
  ["«", { partners: "»", relatives: "«»", isSpaced: true }],
  ["»", { partners: "«", relatives: "«»", isSpaced: true }],
  ["‹", { partners: "›", relatives: "‹›", isSpaced: true }],
  ["›", { partners: "‹", relatives: "‹›", isSpaced: true }],
  ["「", { partners: "」", relatives: "" }],
  ["『", { partners: "』", relatives: "" }],
  ["｢", { partners: "｣", relatives: "" }],
  ["﹁", { partners: "﹂", relatives: "" }],
  ["﹃", { partners: "﹄", relatives: "" }],
  ["‘", { partners: "", relatives: SINGLE, isSoft: true }],
  ["‚", { partners: "", relatives: SINGLE, isSoft: true }],
  ["‛", { partners: "", relatives: SINGLE, isSoft: true }],
]);

/** Characters behind a relative in which the next quote may open, which tells that it closed. */
const MAX_LOOKAHEAD = 1_000;

/** What stands between two quotes; `end` is behind the closing one. */
export interface Quoted {
  readonly text: string;
  readonly end: number;
}

/** Reads the quotes of one line. */
export class QuoteReader {
  readonly #line: string;
  /** Opening quotes whose partner is not in the rest of the line. */
  readonly #alone = new Set<string>();
  /** Those that nothing closes in the rest of the line. */
  readonly #open = new Set<string>();
  /** By opening quote, the last sign that was looked for, and from where: many quotes look for one. */
  readonly #signs = new Map<string, { readonly from: number; readonly at: number }>();

  constructor(line: string) {
    this.#line = line;
  }

  /** Whether a quote may open here that has to close. */
  opens(at: number): boolean {
    return QUOTES.has(this.#line.charAt(at));
  }

  isSoft(at: number): boolean {
    return QUOTES.get(this.#line.charAt(at))?.isSoft === true;
  }

  /** Undefined if no quote opens here, or none closes it. */
  read(at: number): Quoted | undefined {
    const opening = this.#line.charAt(at);
    const quote = QUOTES.get(opening);
    if (quote === undefined || this.#open.has(opening)) return undefined;
    const close = this.#findClose(at + 1, opening, quote);
    if (close === undefined) {
      this.#open.add(opening);
      return undefined;
    }
    const inner = withoutEscapes(this.#line.slice(at + 1, close), quote);
    return { text: quote.isSpaced ? inner.trim() : inner, end: close + 1 };
  }

  #findClose(from: number, opening: string, quote: Quote): number | undefined {
    let depth = 0;
    for (let at = from; at < this.#line.length; at++) {
      const char = this.#line.charAt(at);
      if (char === "\\" && isEscape(this.#line.charAt(at + 1), quote)) at += 1;
      else if (quote.partners.includes(char)) return at;
      else if (!quote.relatives.includes(char)) continue;
      else if (this.#opensWord(at)) depth += 1;
      else if (!this.#endsWord(at + 1)) continue;
      else if (depth > 0) depth -= 1;
      else return this.#closeFrom(at, opening, quote);
    }
    if (quote.partners !== "") this.#alone.add(opening);
    return undefined;
  }

  /** A relative closes, unless a partner does soon behind it and no other quote opens in between. */
  #closeFrom(relative: number, opening: string, quote: Quote): number {
    if (this.#alone.has(opening)) return relative;
    const next = this.#nextSign(relative + 1, opening, quote);
    if (next > relative + MAX_LOOKAHEAD) return relative;
    const isPartner = quote.partners.includes(this.#line.charAt(next));
    return isPartner && this.#endsWord(next + 1) ? next : relative;
  }

  /** The next partner, or relative that opens a word; infinite if there is none. */
  #nextSign(from: number, opening: string, quote: Quote): number {
    const known = this.#signs.get(opening);
    if (known !== undefined && known.from <= from && from <= known.at) return known.at;
    let at = from;
    for (; at < this.#line.length; at++) {
      const char = this.#line.charAt(at);
      if (char === "\\" && isEscape(this.#line.charAt(at + 1), quote)) at += 1;
      else if (quote.partners.includes(char)) break;
      else if (quote.relatives.includes(char) && this.#opensWord(at)) break;
    }
    const sign = { from, at: at < this.#line.length ? at : Number.POSITIVE_INFINITY };
    this.#signs.set(opening, sign);
    return sign.at;
  }

  #endsWord(at: number): boolean {
    const end = at + marksLength(this.#line, at);
    return end >= this.#line.length || isBlank(this.#line, end);
  }

  #opensWord(at: number): boolean {
    if (this.#endsWord(at + 1)) return false;
    const before = this.#line.charAt(at - 1);
    return before === "=" || before === "＝" || isBlank(this.#line, at - 1);
  }
}

function isEscape(char: string, { partners, relatives }: Quote): boolean {
  return char !== "" && (char === "\\" || partners.includes(char) || relatives.includes(char));
}

function withoutEscapes(text: string, quote: Quote): string {
  return text.replace(/\\(.)/gsu, (all, char: string) => (isEscape(char, quote) ? char : all));
}
