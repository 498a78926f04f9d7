/** The spans of a line of XMPP's message styling (XEP-0393 1.1.1, 6.2). Pure. */

/** The styling directives: a character in front of a span, and the same behind it. */
export const DIRECTIVES = {
  bold: "*",
  italics: "_",
  strikethrough: "~",
  inlineCode: "`",
} as const;

export type SpanKind = keyof typeof DIRECTIVES;

export const SPAN_KINDS = Object.keys(DIRECTIVES) as readonly SpanKind[];

const KIND_OF = new Map<string, SpanKind>(SPAN_KINDS.map((kind) => [DIRECTIVES[kind], kind]));

/** Indices in the text; of a span within another, too. */
export interface Span {
  readonly kind: SpanKind;
  /** Of the opening directive. */
  readonly open: number;
  /** Of the closing directive. */
  readonly close: number;
  /** Never of the same kind, so that there are at most four levels. */
  readonly inner: readonly Span[];
}

export interface SpanRules {
  /** Whether the directive at an index may open a span. Default: all may. */
  mayOpen?(index: number): boolean;
  /** Is called with the index of each directive that would have opened a span, but may not. */
  skipped?(index: number): void;
}

/**
 * The outermost spans between two indices, which hold one line. Each character is looked at a
 * bounded number of times.
 */
export function findSpans(
  text: string,
  start: number,
  end: number,
  rules: SpanRules = {},
): readonly Span[] {
  const closers = new Closers(text, start, end);
  return spansWithin(start, end);

  function spansWithin(from: number, to: number): Span[] {
    const found: Span[] = [];
    // Where a directive may open: at the beginning, and behind a blank or another opening directive.
    let canOpen = true;
    for (let at = from; at < to; ) {
      const span: Span | undefined = canOpen ? openAt(at, to) : undefined;
      if (span !== undefined) found.push(span);
      canOpen = span === undefined && isBlank(text.charAt(at));
      at = span === undefined ? at + 1 : span.close + 1;
    }
    return found;
  }

  function openAt(at: number, to: number): Span | undefined {
    const char = text.charAt(at);
    const kind = KIND_OF.get(char);
    if (kind === undefined || text.charAt(at + 1) === char) return undefined;
    if (isBlank(text.charAt(at + 1))) return undefined;
    const close = closers.next(kind, at + 2);
    if (close === undefined || close >= to) return undefined;
    if (rules.mayOpen?.(at) === false) {
      rules.skipped?.(at);
      return undefined;
    }
    const inner = kind === "inlineCode" ? [] : spansWithin(at + 1, close);
    return { kind, open: at, close, inner };
  }
}

/** The directives that may close a span: those with something other than a blank in front. */
class Closers {
  readonly #indices = new Map<SpanKind, number[]>();
  /** The first of each kind that was not passed yet: it is asked for ever later ones. */
  readonly #next = new Map<SpanKind, number>();

  constructor(text: string, start: number, end: number) {
    for (let at = start + 1; at < end; at += 1) {
      const kind = KIND_OF.get(text.charAt(at));
      if (kind === undefined || isBlank(text.charAt(at - 1))) continue;
      const indices = this.#indices.get(kind);
      if (indices === undefined) this.#indices.set(kind, [at]);
      else indices.push(at);
    }
  }

  next(kind: SpanKind, from: number): number | undefined {
    const indices = this.#indices.get(kind);
    if (indices === undefined) return undefined;
    let next = this.#next.get(kind) ?? 0;
    while ((indices[next] ?? Number.POSITIVE_INFINITY) < from) next += 1;
    this.#next.set(kind, next);
    return indices[next];
  }
}

/** XEP-0393, glossary: whitespace. */
const BLANK = /^[\p{White_Space}\p{Z}]$/u;

export function isBlank(char: string): boolean {
  return BLANK.test(char);
}
