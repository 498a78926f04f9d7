/** Bodies with XMPP's message styling (XEP-0393) as blocks, and blocks as bodies. Pure. */
import {
  type Block,
  blockquote,
  bold,
  type Content,
  contentBlock,
  fencedCode,
  inlineCode,
  innerBlocks,
  italics,
  mention,
  strikethrough,
} from "@seabird-chat/protocol";
import { type RenderOptions, renderLines, type TextLine } from "./formatting/render.ts";
import { plainRuns } from "./formatting/runs.ts";
import { DIRECTIVES, type Span, type SpanKind } from "./formatting/spans.ts";
import { FENCE, parseStyling, QUOTE, type Range, type StyledBlock } from "./formatting/styling.ts";
import { JOINER, type Mark, writeLine } from "./formatting/write-line.ts";

/** A part of a body, in UTF-16 units. */
export interface BodyMention extends Range {
  readonly userId: string;
}

/**
 * The block of a body, or undefined if nothing in it is styled and nobody is mentioned.
 *
 * `mentions` do not overlap. One that reaches over a directive or into code is left out.
 */
export function bodyToBlock(
  body: string,
  {
    mentions = [],
    isStyled = true,
  }: { mentions?: readonly BodyMention[]; isStyled?: boolean } = {},
): Block | undefined {
  const whole: StyledBlock = { kind: "line", range: { start: 0, end: body.length }, spans: [] };
  const blocks = isStyled ? parseStyling(body) : [whole];
  const isPlain = blocks.every((block) => block.kind === "line" && block.spans.length === 0);
  if (isPlain && mentions.length === 0) return undefined;
  return contentBlock(new BlockBuilder(body, mentions).blocks(blocks));
}

const WRAPPERS = { bold, italics, strikethrough } as const satisfies Partial<
  Record<SpanKind, (content: Content) => Block>
>;

class BlockBuilder {
  readonly #body: string;
  readonly #mentions: readonly BodyMention[];
  /** The first that was not passed yet: the body is read from its beginning to its end. */
  #next = 0;

  constructor(body: string, mentions: readonly BodyMention[]) {
    this.#body = body;
    this.#mentions = [...mentions].sort((one, other) => one.start - other.start);
  }

  blocks(blocks: readonly StyledBlock[]): Content[] {
    return blocks.flatMap((block, index) => [index > 0 ? "\n" : "", this.#block(block)]);
  }

  #block(block: StyledBlock): Content {
    if (block.kind === "quote") return blockquote(this.blocks(block.inner));
    if (block.kind === "line") return this.#spans(block.range, block.spans);
    const lines = block.lines.map((line) => this.#slice(line));
    while (lines.length > 1 && lines.at(-1) === "") lines.pop();
    return fencedCode(lines.join("\n"), this.#slice(block.info).trim());
  }

  #spans({ start, end }: Range, spans: readonly Span[]): Content {
    const parts: Content[] = [];
    let at = start;
    for (const span of spans) {
      const inside = { start: span.open + 1, end: span.close };
      parts.push(this.#text({ start: at, end: span.open }));
      parts.push(
        span.kind === "inlineCode"
          ? inlineCode(this.#slice(inside))
          : WRAPPERS[span.kind](this.#spans(inside, span.inner)),
      );
      at = span.close + 1;
    }
    return [...parts, this.#text({ start: at, end })];
  }

  #text({ start, end }: Range): Content {
    const parts: Content[] = [];
    let at = start;
    for (; this.#next < this.#mentions.length; this.#next += 1) {
      const each = this.#mentions[this.#next] as BodyMention;
      if (each.start >= end) break;
      if (each.start < at || each.end > end || each.end <= each.start) continue;
      parts.push(this.#slice({ start: at, end: each.start }));
      parts.push(mention({ userId: each.userId }, this.#slice(each)));
      at = each.end;
    }
    return [...parts, this.#slice({ start: at, end })];
  }

  #slice({ start, end }: Range): string {
    return this.#body.slice(start, end);
  }
}

/** What a message's body becomes. */
export interface RenderedBody {
  /** Holds no character that XML cannot. Empty: there is nothing to see. */
  readonly body: string;
  /**
   * It has no formatting, and signs that could read as such: the message needs `<unstyled/>`
   * (XEP-0393, 6).
   */
  readonly isUnstyled: boolean;
  /** The whole of it is a spoiler, which is no part of the text (XEP-0382). */
  readonly isSpoiler: boolean;
  /** Whom it mentions: from `begin` to before `end`, in code points (XEP-0372, XEP-0426). */
  readonly mentions: readonly { userId: string; begin: number; end: number }[];
}

export function blockToBody(block: Block, options: RenderOptions = {}): RenderedBody {
  const isSpoiler = block.inner.case === "spoiler";
  const shown = isSpoiler ? contentBlock(innerBlocks(block)) : block;
  const lines = renderLines(shown, options);
  const isPlain = lines.every((line) => isPlainLine(line));
  const { text, marks } = isPlain ? joinPlain(lines) : joinStyled(lines);
  const isUnstyled = isPlain && SIGNS.test(text);
  const hasText = lines.some(({ runs }) => plainRuns(runs).trim() !== "");
  return { body: hasText ? text : "", isUnstyled, isSpoiler, mentions: toCodePoints(text, marks) };
}

/** Signs that clients may take for formatting, also by looser rules than the specification's. */
const SIGNS = new RegExp(`[${Object.values(DIRECTIVES).join("")}]|^${QUOTE}`, "m");

function isPlainLine({ runs, quotes, code }: TextLine): boolean {
  return quotes === 0 && code === undefined && runs.every(({ style }) => style.size === 0);
}

interface MarkedText {
  readonly text: string;
  readonly marks: readonly Mark[];
}

function joinPlain(lines: readonly TextLine[]): MarkedText {
  return joinLines(
    lines.map(({ runs }) => {
      let length = 0;
      const marks: Mark[] = [];
      for (const { text, mention: userId } of runs) {
        if (userId !== undefined) marks.push({ start: length, end: length + text.length, userId });
        length += text.length;
      }
      return { text: plainRuns(runs), marks };
    }),
  );
}

function joinStyled(lines: readonly TextLine[]): MarkedText {
  const written: MarkedText[] = [];
  for (const [index, line] of lines.entries()) {
    const { code, quotes, runs } = line;
    const isFirst = code !== undefined && lines[index - 1]?.code !== code;
    const isLast = code !== undefined && lines[index + 1]?.code !== code;
    if (isFirst) written.push(quote({ text: `${FENCE}${code.info}`, marks: [] }, quotes));
    written.push(quote(code === undefined ? writeLine(runs) : codeLine(plainRuns(runs)), quotes));
    if (isLast) written.push(quote({ text: FENCE, marks: [] }, quotes));
  }
  return joinLines(written);
}

function codeLine(text: string): MarkedText {
  return { text: text === FENCE ? JOINER + text : text, marks: [] };
}

function quote({ text, marks }: MarkedText, quotes: number): MarkedText {
  const start = `${QUOTE} `.repeat(quotes);
  const whole = text === "" ? start.trimEnd() : start + text;
  return { text: whole, marks: moved(marks, start.length) };
}

function joinLines(lines: readonly MarkedText[]): MarkedText {
  const marks: Mark[] = [];
  let length = 0;
  for (const line of lines) {
    marks.push(...moved(line.marks, length));
    length += line.text.length + 1;
  }
  return { text: lines.map(({ text }) => text).join("\n"), marks };
}

function moved(marks: readonly Mark[], by: number): Mark[] {
  return marks.map((mark) => ({ ...mark, start: mark.start + by, end: mark.end + by }));
}

function toCodePoints(text: string, marks: readonly Mark[]): RenderedBody["mentions"] {
  let [units, points] = [0, 0];
  const pointsAt = (index: number) => {
    points += [...text.slice(units, index)].length;
    units = index;
    return points;
  };
  return marks.map(({ start, end, userId }) => {
    const begin = pointsAt(start);
    return { userId, begin, end: pointsAt(end) };
  });
}
