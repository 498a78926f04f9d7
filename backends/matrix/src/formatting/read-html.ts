/** HTML of a message as blocks; of an element without a row here only its text is kept. Pure. */
import {
  blockquote,
  bold,
  type Content,
  heading,
  inlineCode,
  italics,
  strikethrough,
  underline,
  utf8Length,
} from "@seabird-chat/protocol";
import { Parser } from "htmlparser2";
import {
  type Attributes,
  type Close,
  type HtmlContext,
  HtmlReader,
  has,
  NOTHING,
  type Open,
} from "./html-reader.ts";

/** Bytes that are read; an event has at most 65,536 (specification: "Size limits"). */
const MAX_HTML_BYTES = 65_536;
/** Tags that are read: with them no message has more fields than core takes. */
const MAX_TAGS = 2_048;
/**
 * Undefined for nothing that can be read: the plain text is then what there is. That is so also for
 * more than 64 KiB or 2,048 tags. Elements nested deeper than 16 are their text.
 */
export function readHtml(html: string, context: HtmlContext): readonly Content[] | undefined {
  if (html.length > MAX_HTML_BYTES || utf8Length(html) > MAX_HTML_BYTES) return undefined;
  if (countTags(html) > MAX_TAGS) return undefined;
  const reader = new HtmlReader(context, ELEMENTS);
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    onclosetag: () => reader.close(),
    ontext: (text) => reader.text(text),
  });
  parser.end(html);
  const content = reader.content();
  return content.length === 0 ? undefined : content;
}

function countTags(html: string): number {
  let count = 0;
  for (let at = html.indexOf("<"); at >= 0; at = html.indexOf("<", at + 1)) count += 1;
  return count;
}

const BOLD: Open = (reader) => reader.inline("bold", bold);
const ITALICS: Open = (reader) => reader.inline("italics", italics);
const UNDERLINE: Open = (reader) => reader.inline("underline", underline);
const STRIKETHROUGH: Open = (reader) => reader.inline("strikethrough", strikethrough);
const LINE: Open = (reader) => reader.boundary();
const PARAGRAPH: Open = ({ flow }) => {
  flow.margin();
  return () => flow.margin();
};
const CELL: Open = ({ flow }) => {
  if (!flow.isAtLineStart) flow.text(" | ");
  return NOTHING;
};
const HEADING = (level: number): Open => {
  return (reader) => reader.lines((content) => heading(content, level));
};

/** Specification, m.room.message: elements that clients show. Colours are no formatting here. */
const ELEMENTS: ReadonlyMap<string, Open> = new Map<string, Open>([
  ["strong", BOLD],
  ["b", BOLD],
  ["em", ITALICS],
  ["i", ITALICS],
  ["u", UNDERLINE],
  ["ins", UNDERLINE],
  ["del", STRIKETHROUGH],
  ["s", STRIKETHROUGH],
  ["strike", STRIKETHROUGH],
  ["code", (reader) => reader.inline("code", (content) => inlineCode(content.join("")))],
  ["pre", (reader) => reader.pre()],
  ["a", (reader, attributes) => reader.link(attributes)],
  ["span", openSpan],
  ["img", openImage],
  ["br", openBreak],
  ["blockquote", (reader) => reader.lines(blockquote)],
  ["ul", (reader) => reader.list(false)],
  ["ol", (reader) => reader.list(true)],
  ["li", (reader) => reader.item()],
  ["h1", HEADING(1)],
  ["h2", HEADING(2)],
  ["h3", HEADING(3)],
  ["h4", HEADING(4)],
  ["h5", HEADING(5)],
  ["h6", HEADING(6)],
  ["p", PARAGRAPH],
  ["hr", PARAGRAPH],
  ["table", PARAGRAPH],
  ["div", LINE],
  ["tr", LINE],
  ["caption", LINE],
  ["details", LINE],
  ["summary", LINE],
  ["td", CELL],
  ["th", CELL],
]);

function openSpan(reader: HtmlReader, attributes: Attributes): Close {
  const reason = attributes["data-mx-spoiler"];
  return has(attributes, "data-mx-spoiler") ? reader.spoiler(reason ?? "") : NOTHING;
}

function openImage(reader: HtmlReader, attributes: Attributes): Close {
  reader.image(attributes);
  return NOTHING;
}

function openBreak({ flow }: HtmlReader): Close {
  flow.lineBreak();
  return NOTHING;
}
