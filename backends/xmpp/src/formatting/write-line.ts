/** Writes a line of runs with styling directives (XEP-0393). Pure. */
import { plainRuns, type Run, trimRuns } from "./runs.ts";
import { DIRECTIVES, findSpans, isBlank, SPAN_KINDS, type Span, type SpanKind } from "./spans.ts";
import { FENCE, QUOTE } from "./styling.ts";

/**
 * U+2060, word joiner: has no width, and is no blank, so that a directive behind it opens nothing. Only
 * a line that also has formatting gets one; a message without any is sent as `<unstyled/>`.
 */
export const JOINER = "\u2060";

/** A place in the line that mentions a user, in UTF-16 units. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly userId: string;
}

export interface WrittenLine {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/**
 * The runs with their directives, as far as the rules allow: a span begins where a line or a word
 * does, and holds no directive of its own kind. What cannot be styled is plain. Signs that would read
 * as a directive, and are none, get a joiner in front.
 */
export function writeLine(runs: readonly Run[]): WrittenLine {
  const styled = new LineWriter();
  writeRuns(styled, runs, new Set());
  const written = styled.finish();
  if (written !== undefined) return written;
  // A sign in the text interferes with a directive in a way that the writer does not foresee.
  const plain = new LineWriter();
  for (const run of runs) plain.text(run.text, run.mention);
  return plain.finish() ?? { text: plainRuns(runs), marks: [] };
}

function writeRuns(writer: LineWriter, runs: readonly Run[], open: ReadonlySet<SpanKind>): void {
  for (let at = 0; at < runs.length; ) {
    const run = runs[at] as Run;
    const { kind, length } = longest(runs, at, open);
    if (kind === undefined) writer.text(run.text, run.mention);
    else writeSpan(writer, runs.slice(at, at + length), kind, open);
    at += length;
  }
}

/** The style that goes on for the most runs from here; code is the innermost. */
function longest(runs: readonly Run[], at: number, open: ReadonlySet<SpanKind>) {
  const [code, ...others] = [...SPAN_KINDS].reverse() as [SpanKind, ...SpanKind[]];
  const lengths = others.map((kind) => ({ kind, length: lengthOf(runs, at, kind, open) }));
  const best = lengths.reduce((one, other) => (other.length >= one.length ? other : one));
  if (best.length > 0) return best;
  const length = lengthOf(runs, at, code, open);
  return length > 0 ? { kind: code, length } : { kind: undefined, length: 1 };
}

function lengthOf(
  runs: readonly Run[],
  at: number,
  kind: SpanKind,
  open: ReadonlySet<SpanKind>,
): number {
  if (open.has(kind)) return 0;
  let length = 0;
  while (runs[at + length]?.style.has(kind) === true) length += 1;
  return length;
}

function writeSpan(
  writer: LineWriter,
  members: readonly Run[],
  kind: SpanKind,
  open: ReadonlySet<SpanKind>,
): void {
  const { before, runs, after } = trimRuns(members);
  const inside = new Set([...open, kind]);
  writer.text(before);
  const isSpan = writer.mayOpen(kind) && mayEnclose(kind, plainRuns(runs));
  if (isSpan) writer.open(kind);
  writeRuns(writer, runs, inside);
  if (isSpan) writer.close(kind);
  writer.text(after);
}

/** Whether a text can stand between two directives of a kind: the first that may close ends it. */
function mayEnclose(kind: SpanKind, text: string): boolean {
  const sign = DIRECTIVES[kind];
  if (text === "" || text.startsWith(sign)) return false;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + 1)) {
    if (!isBlank(text.charAt(at - 1))) return false;
  }
  return true;
}

class LineWriter {
  #text = "";
  /** The text's last character, by itself: to look at a text that grows, it would be copied each time. */
  #last = "";
  readonly #marks: Mark[] = [];
  /** The closing directive of each opening one. */
  readonly #spans = new Map<number, number>();
  readonly #open: number[] = [];

  text(text: string, userId?: string): void {
    const start = this.#text.length;
    this.#add(text);
    if (userId !== undefined && text !== "") {
      this.#marks.push({ start, end: this.#text.length, userId });
    }
  }

  mayOpen(kind: SpanKind): boolean {
    if (this.#last === "" || isBlank(this.#last)) return true;
    return this.#open.at(-1) === this.#text.length - 1 && this.#last !== DIRECTIVES[kind];
  }

  open(kind: SpanKind): void {
    this.#open.push(this.#text.length);
    this.#add(DIRECTIVES[kind]);
  }

  close(kind: SpanKind): void {
    this.#spans.set(this.#open.pop() ?? -1, this.#text.length);
    this.#add(DIRECTIVES[kind]);
  }

  #add(text: string): void {
    this.#text += text;
    if (text !== "") this.#last = text.charAt(text.length - 1);
  }

  /** The line with its joiners; undefined if it does not read as it was meant. */
  finish(): WrittenLine | undefined {
    const text = this.#text;
    const joiners: number[] = [];
    if (text.startsWith(QUOTE) || (text.startsWith(FENCE) && !this.#spans.has(0))) joiners.push(0);
    const spans = findSpans(text, 0, text.length, {
      mayOpen: (index) => this.#spans.has(index),
      skipped: (index) => {
        if (joiners.at(-1) !== index) joiners.push(index);
      },
    });
    return this.#isAsMeant(spans) ? insertJoiners(text, joiners, this.#marks) : undefined;
  }

  #isAsMeant(spans: readonly Span[]): boolean {
    let count = 0;
    const isMeant = ({ open, close, inner }: Span): boolean => {
      count += 1;
      return this.#spans.get(open) === close && inner.every(isMeant);
    };
    return spans.every(isMeant) && count === this.#spans.size;
  }
}

/** `at` are indices in ascending order. */
function insertJoiners(text: string, at: readonly number[], marks: readonly Mark[]): WrittenLine {
  if (at.length === 0) return { text, marks };
  const starts = [0, ...at];
  const parts = starts.map((start, index) => text.slice(start, at[index] ?? text.length));
  let passed = 0;
  const moved = marks.map((mark) => {
    while ((at[passed] ?? Number.POSITIVE_INFINITY) <= mark.start) passed += 1;
    // A name with a sign in the middle has the joiner within.
    let within = 0;
    while ((at[passed + within] ?? Number.POSITIVE_INFINITY) < mark.end) within += 1;
    return { ...mark, start: mark.start + passed, end: mark.end + passed + within };
  });
  return { text: parts.join(JOINER), marks: moved };
}
