/** The blocks of a body with XMPP's message styling (XEP-0393 1.1.1, 6.1). Pure. */
import { findSpans, isBlank, type Span } from "./spans.ts";

/** Indices of a body. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type StyledBlock =
  | { readonly kind: "line"; readonly range: Range; readonly spans: readonly Span[] }
  | { readonly kind: "quote"; readonly inner: readonly StyledBlock[] }
  | { readonly kind: "code"; readonly info: Range; readonly lines: readonly Range[] };

/** Quotes within each other; the sign of a deeper one is text. */
export const MAX_QUOTES = 8;

export const FENCE = "```";
export const QUOTE = ">";
export const LINE_BREAK = /\r\n|\r|\n/g;

export function parseStyling(body: string): readonly StyledBlock[] {
  return parseLines(body, linesOf(body), 0);
}

function linesOf(body: string): Range[] {
  const lines: Range[] = [];
  let start = 0;
  for (const { 0: sign, index } of body.matchAll(LINE_BREAK)) {
    lines.push({ start, end: index });
    start = index + sign.length;
  }
  return [...lines, { start, end: body.length }];
}

function parseLines(body: string, lines: readonly Range[], quotes: number): StyledBlock[] {
  const blocks: StyledBlock[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as Range;
    const quoted = quotes < MAX_QUOTES ? countQuoted(body, lines, at) : 0;
    const code = startsWith(body, FENCE, line) ? codeFrom(body, lines, at) : undefined;
    if (quoted > 0) {
      const inner = lines.slice(at, at + quoted).map((each) => withoutSign(body, each));
      blocks.push({ kind: "quote", inner: parseLines(body, inner, quotes + 1) });
      at += quoted;
    } else if (code !== undefined) {
      blocks.push(code.block);
      at = code.next;
    } else {
      blocks.push({ kind: "line", range: line, spans: findSpans(body, line.start, line.end) });
      at += 1;
    }
  }
  return blocks;
}

function startsWith(body: string, sign: string, { start, end }: Range): boolean {
  return end - start >= sign.length && body.startsWith(sign, start);
}

function countQuoted(body: string, lines: readonly Range[], from: number): number {
  let at = from;
  while (at < lines.length && startsWith(body, QUOTE, lines[at] as Range)) at += 1;
  return at - from;
}

/** Without the sign, and the first blank behind it. */
function withoutSign(body: string, { start, end }: Range): Range {
  const next = start + QUOTE.length;
  return { start: next < end && isBlank(body.charAt(next)) ? next + 1 : next, end };
}

/** Ends with a line that is the fence alone, or with its parent; without lines in it there is none. */
function codeFrom(body: string, lines: readonly Range[], at: number) {
  let next = at + 1;
  while (next < lines.length && !isFence(body, lines[next] as Range)) next += 1;
  const { start, end } = lines[at] as Range;
  const inside = lines.slice(at + 1, next);
  const info = { start: start + FENCE.length, end };
  if (inside.length === 0) return undefined;
  return { block: { kind: "code", info, lines: inside } as const, next: next + 1 };
}

function isFence(body: string, line: Range): boolean {
  return line.end - line.start === FENCE.length && startsWith(body, FENCE, line);
}
