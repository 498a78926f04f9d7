/** Blocks as lines for a terminal, with ANSI styles or without. Pure. */
import type { AttachmentBlock, Block } from "@seabird-chat/protocol";
import { Canvas, type Line, type Style } from "./canvas.ts";
import { cleanLine, cleanLines } from "./clean.ts";

/** A message longer than this many lines is cut; the last line says by how much. */
export const MAX_SHOWN_LINES = 200;

/** Characters of an emoji that are shown. */
const MAX_EMOJI_CHARACTERS = 32;
/** A longer address is shown, but no hyperlink. */
const MAX_HYPERLINK_CHARACTERS = 2_000;

/** SGR parameters (ECMA-48). Hidden text is black on black: whoever selects it can read it. */
const SGR: Readonly<Record<Style, string>> = {
  bold: "1",
  dim: "2",
  italics: "3",
  underline: "4",
  strikethrough: "9",
  code: "36",
  called: "1;7",
  hidden: "30;40",
};

export interface FormatOptions {
  readonly color: boolean;
  /** The terminal opens hyperlinks (OSC 8). Only with colour. */
  readonly hyperlinks?: boolean;
}

/** At least one line. Without colour the same lines have no escape sequences at all. */
export function formatBlock(
  block: Block,
  { color, hyperlinks = false }: FormatOptions,
): readonly string[] {
  const canvas = new Canvas();
  draw(block, canvas, []);
  const lines = trimEnd(canvas.lines);
  const shown = lines
    .slice(0, MAX_SHOWN_LINES)
    .map((line) => (color ? toAnsi(line, hyperlinks) : toPlain(line)));
  const cut = lines.length - shown.length;
  return cut > 0 ? [...shown, `… ${cut} more lines`] : shown;
}

function draw(block: Block, canvas: Canvas, styles: readonly Style[]): void {
  const { inner } = block;
  switch (inner.case) {
    case "text":
      drawText(inner.value.text, canvas, styles);
      break;
    case "bold":
    case "italics":
    case "underline":
    case "strikethrough":
      drawInner(inner.value.inner, canvas, [...styles, inner.case]);
      break;
    case "inlineCode":
      drawText(inner.value.text, canvas, [...styles, "code"]);
      break;
    case "spoiler":
      drawInner(inner.value.inner, canvas, [...styles, "hidden"]);
      break;
    case "link":
      drawLink(block, inner.value, canvas, styles);
      break;
    case "container":
      for (const child of inner.value.inner) draw(child, canvas, styles);
      break;
    case "timestamp":
      drawText(block.plain.replace("T", " ").replace(/Z$/, " UTC"), canvas, styles);
      break;
    case "mention":
      drawInner(inner.value.inner, canvas, [...styles, "called"]);
      break;
    case "emoji":
      drawText(showEmoji(inner.value), canvas, styles);
      break;
    case "attachment":
      drawFile(inner.value, canvas, styles);
      break;
    default:
      drawLines(block, canvas, styles);
  }
}

/** The kinds that have lines of their own, and kinds that nobody knows yet. */
function drawLines({ inner, plain }: Block, canvas: Canvas, styles: readonly Style[]): void {
  switch (inner.case) {
    case "fencedCode":
      drawFence(inner.value, canvas, styles);
      break;
    case "list":
      drawList(inner.value, canvas, styles);
      break;
    case "blockquote":
      drawQuote(inner.value.inner, canvas, styles);
      break;
    case "heading":
      drawHeading(inner.value, canvas, styles);
      break;
    default:
      drawText(plain, canvas, styles);
  }
}

function drawInner(inner: Block | undefined, canvas: Canvas, styles: readonly Style[]): void {
  if (inner !== undefined) draw(inner, canvas, styles);
}

function drawText(text: string, canvas: Canvas, styles: readonly Style[]): void {
  for (const [index, line] of cleanLines(text).entries()) {
    if (index > 0) canvas.newLine();
    canvas.write(line, styles);
  }
}

function drawFence(
  { info, text }: { info: string; text: string },
  canvas: Canvas,
  styles: readonly Style[],
): void {
  canvas.startLine();
  if (info !== "") canvas.write(`┌ ${cleanLine(info)}`, [...styles, "dim"]);
  const code = new Canvas();
  drawText(text.replace(/\n$/, ""), code, [...styles, "code"]);
  canvas.append(code.lines, "│ ", "│ ", [...styles, "dim"]);
  canvas.newLine();
}

function drawList(
  { inner: items, isOrdered }: { inner: readonly Block[]; isOrdered: boolean },
  canvas: Canvas,
  styles: readonly Style[],
): void {
  canvas.startLine();
  for (const [index, item] of items.entries()) {
    const sign = isOrdered ? `${index + 1}. ` : "• ";
    canvas.append(drawnAlone(item, styles), sign, " ".repeat(sign.length), styles);
  }
  canvas.newLine();
}

function drawQuote(inner: Block | undefined, canvas: Canvas, styles: readonly Style[]): void {
  if (inner === undefined) return;
  canvas.startLine();
  canvas.append(drawnAlone(inner, styles), "▎ ", "▎ ", [...styles, "dim"]);
  canvas.newLine();
}

function drawHeading(
  { level, inner }: { level: number; inner?: Block | undefined },
  canvas: Canvas,
  styles: readonly Style[],
): void {
  canvas.startLine();
  drawInner(inner, canvas, level <= 1 ? [...styles, "bold", "underline"] : [...styles, "bold"]);
  canvas.newLine();
}

/** Names the address as plain text does (protocol: blocks and text), unless the words show it. */
function drawLink(
  { plain }: Block,
  { url, inner }: { url: string; inner?: Block | undefined },
  canvas: Canvas,
  styles: readonly Style[],
): void {
  const underlined = [...styles, "underline"] as const;
  if (inner === undefined || plain === url) {
    drawText(url, canvas, underlined);
    return;
  }
  draw(inner, canvas, underlined);
  drawText(` (${url})`, canvas, [...styles, "dim"]);
}

/** On one line, and short. */
export function showEmoji({ text, id }: { text: string; id: string }): string {
  return cleanLine((text || `:${id}:`).slice(0, MAX_EMOJI_CHARACTERS));
}

/** The name, or what stands for it, and the address, which is always to be seen. */
function drawFile(
  { name, url, description, isSpoiler }: AttachmentBlock,
  canvas: Canvas,
  styles: readonly Style[],
): void {
  const look: readonly Style[] = isSpoiler ? [...styles, "hidden"] : styles;
  const address = toHyperlink(url);
  const words = cleanLine(name || description);
  if (words === "" || words === url) {
    canvas.write(cleanLine(url) || "a file", [...look, "underline"], address);
    return;
  }
  canvas.write(words, [...look, "underline"], address);
  if (url !== "") canvas.write(` (${cleanLine(url)})`, [...look, "dim"], address);
}

/** Only what a browser opens, and nothing that could end the control sequence. */
function toHyperlink(url: string): string | undefined {
  const parsed = url.length > MAX_HYPERLINK_CHARACTERS ? null : URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return undefined;
  return /^[\x21-\x7e]+$/.test(parsed.href) ? parsed.href : undefined;
}

function drawnAlone(block: Block, styles: readonly Style[]): readonly Line[] {
  const canvas = new Canvas();
  draw(block, canvas, styles);
  return trimEnd(canvas.lines);
}

/** Without the empty lines at the end, but for the first line. */
function trimEnd(lines: readonly Line[]): readonly Line[] {
  const last = lines.findLastIndex((line) => line.length > 0);
  return lines.slice(0, Math.max(1, last + 1));
}

function toPlain(line: Line): string {
  return line.map(({ text }) => text).join("");
}

function toAnsi(line: Line, hyperlinks: boolean): string {
  return line
    .map(({ text, styles, url }) => {
      const look = styled(text, styles);
      return hyperlinks && url !== undefined ? `\x1b]8;;${url}\x1b\\${look}\x1b]8;;\x1b\\` : look;
    })
    .join("");
}

/** Text in styles; it has to be clean already. */
export function styled(text: string, styles: readonly Style[]): string {
  if (styles.length === 0 || text === "") return text;
  // Hidden comes last, so that no colour of an inner block uncovers it.
  const codes = [...new Set(styles)].sort(
    (a, b) => Number(a === "hidden") - Number(b === "hidden"),
  );
  return `\x1b[${codes.map((style) => SGR[style]).join(";")}m${text}\x1b[0m`;
}
