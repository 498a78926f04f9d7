/** Blocks to IRC's formatting codes, and back. Pure. */
import {
  type Block,
  bold,
  type Content,
  container,
  inlineCode,
  italics,
  strikethrough,
  underline,
} from "@seabird/protocol";
import {
  applyCode,
  CODES,
  PLAIN,
  RESET,
  scan,
  stripControls,
  TOGGLES,
  type Toggle,
} from "./codes.ts";

/** What a stretch of text can be: what a code toggles, or hidden in its own colour. */
export type RunStyle = Toggle | "spoiler";

/** A stretch of text in one style. */
export interface Run {
  readonly text: string;
  readonly styles: ReadonlySet<RunStyle>;
}

type Inner = Block["inner"];

/** How deep blocks are followed; deeper ones read as their `plain`. Core allows 48. */
const MAX_DEPTH = 64;

/** White on white is what IRC has for a spoiler: clients show it when it is selected. */
const SPOILER_ON = "\x0300,00";
const SPOILER_OFF = "\x03";

const NOTHING: ReadonlySet<RunStyle> = new Set();

/**
 * A block as text with formatting codes; a line feed separates lines.
 *
 * Headings and fenced code stand on lines of their own, each line of a blockquote begins with
 * `> `, lists are joined with `, ` as in their plain text, links show their url behind their text.
 */
export function renderBlock(block: Block): string {
  return writeRuns(ownLines(blockRuns(block, NOTHING, 1)));
}

/** A line feed that only has to be there if something else is on the line. */
const LINE_EDGE = "\u0000";

function blockRuns(block: Block, styles: ReadonlySet<RunStyle>, depth: number): Run[] {
  if (depth > MAX_DEPTH) return [{ text: block.plain, styles }];
  const inner = block.inner;
  const child = (more?: RunStyle): Run[] => childRuns(inner, styles, depth, more);
  switch (inner.case) {
    case "text":
      return [{ text: inner.value.text, styles }];
    case "bold":
    case "italics":
    case "underline":
    case "strikethrough":
      return child(inner.case);
    case "inlineCode":
      return [{ text: inner.value.text, styles: withStyle(styles, "monospace") }];
    case "fencedCode":
      return edged([{ text: inner.value.text, styles: withStyle(styles, "monospace") }]);
    case "heading":
      return edged(child("bold"));
    case "spoiler":
      return child("spoiler");
    case "blockquote":
      return edged(quoted(ownLines(child())));
    case "link":
      return linkRuns(inner.value.url, child(), inner.value.inner?.plain ?? "", styles);
    case "container":
      return inner.value.inner.flatMap((each) => blockRuns(each, styles, depth + 1));
    case "list":
      return inner.value.inner.flatMap((each, index) => [
        ...(index === 0 ? [] : [{ text: ", ", styles }]),
        ...blockRuns(each, styles, depth + 1),
      ]);
    default:
      return [{ text: block.plain, styles }];
  }
}

function childRuns(
  inner: Inner,
  styles: ReadonlySet<RunStyle>,
  depth: number,
  more: RunStyle | undefined,
): Run[] {
  if (inner.case === undefined || !("inner" in inner.value)) return [];
  const child = inner.value.inner;
  if (child === undefined || !("plain" in child)) return [];
  return blockRuns(child, more === undefined ? styles : withStyle(styles, more), depth + 1);
}

function withStyle(styles: ReadonlySet<RunStyle>, style: RunStyle): ReadonlySet<RunStyle> {
  return styles.has(style) ? styles : new Set([...styles, style]);
}

/** protocol: Link. The url alone where the text adds nothing to it. */
function linkRuns(url: string, child: Run[], plain: string, styles: ReadonlySet<RunStyle>): Run[] {
  const short = url.replace(/^(?:https?:\/\/|mailto:)/, "");
  if (plain === "" || plain === url || plain === short) return [{ text: url, styles }];
  return [...child, { text: ` (${url})`, styles }];
}

function edged(runs: Run[]): Run[] {
  const edge = { text: LINE_EDGE, styles: NOTHING };
  return [edge, ...runs, edge];
}

/** Edges become line feeds where two lines would touch. */
function ownLines(runs: readonly Run[]): Run[] {
  const result: Run[] = [];
  let atLineStart = true;
  let owed = false;
  for (const { text, styles } of runs) {
    if (text === LINE_EDGE) {
      owed = !atLineStart;
      continue;
    }
    const clean = text.replaceAll(LINE_EDGE, "");
    if (clean === "") continue;
    const broken: string = owed && !clean.startsWith("\n") ? `\n${clean}` : clean;
    owed = false;
    result.push({ text: broken, styles });
    atLineStart = broken.endsWith("\n");
  }
  return result;
}

function quoted(runs: readonly Run[]): Run[] {
  let start = true;
  return runs.map(({ text, styles }) => {
    const marked = (start ? "> " : "") + text.replaceAll("\n", "\n> ");
    start = false;
    return { text: marked, styles };
  });
}

/** Writes only the codes that change from one run to the next; every line begins plain. */
export function writeRuns(runs: readonly Run[]): string {
  let written = "";
  let open = NOTHING;
  for (const { text, styles } of runs) {
    for (const [index, part] of text.split("\n").entries()) {
      if (index > 0) {
        written += "\n";
        open = NOTHING;
      }
      if (part === "") continue;
      written += changeCodes(open, styles, part) + part;
      open = styles;
      // Codes within a text leave a style of their own behind: begin anew after them.
      if ([...scan(part)].some(({ code }) => code !== "")) {
        written += RESET;
        open = NOTHING;
      }
    }
  }
  return written;
}

function changeCodes(
  from: ReadonlySet<RunStyle>,
  to: ReadonlySet<RunStyle>,
  following: string,
): string {
  let codes = "";
  if (from.has("spoiler") !== to.has("spoiler")) {
    codes += to.has("spoiler") ? SPOILER_ON : SPOILER_OFF;
  }
  for (const toggle of TOGGLES) {
    if (from.has(toggle) !== to.has(toggle)) codes += CODES[toggle];
  }
  // Digits or a comma right after a colour would be read as part of it.
  const touching = codes === SPOILER_ON || codes === SPOILER_OFF;
  return touching && /^[\d,]/.test(following) ? codes + CODES.bold + CODES.bold : codes;
}

/** The runs of a line as it came from the network; colours and other control codes are dropped. */
export function parseRuns(line: string): Run[] {
  const runs: Run[] = [];
  let style = PLAIN;
  for (const { text, code } of scan(line)) {
    if (code !== "") {
      style = applyCode(style, code);
      continue;
    }
    const clean = stripControls(text);
    const last = runs.at(-1);
    if (last !== undefined && sameStyles(last.styles, style.toggles)) {
      runs[runs.length - 1] = { text: last.text + clean, styles: last.styles };
    } else if (clean !== "") {
      runs.push({ text: clean, styles: style.toggles });
    }
  }
  return runs;
}

function sameStyles(one: ReadonlySet<RunStyle>, other: ReadonlySet<RunStyle>): boolean {
  return one.size === other.size && [...one].every((style) => other.has(style));
}

/** What the runs say, without formatting. */
export function plainRuns(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join("");
}

/** The runs without their first `count` code units, and without white space at both ends. */
export function trimRuns(runs: readonly Run[], count: number): Run[] {
  const plain = plainRuns(runs).slice(count);
  const start = count + (plain.length - plain.trimStart().length);
  const end = count + plain.trimEnd().length;
  let at = 0;
  return runs.flatMap(({ text, styles }) => {
    const part = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    at += text.length;
    return part === "" ? [] : [{ text: part, styles }];
  });
}

/** One block for the runs, or undefined if nothing in them is formatted. */
export function runsToBlock(runs: readonly Run[]): Block | undefined {
  if (runs.every(({ styles }) => styles.size === 0)) return undefined;
  const parts = runs.map(runContent);
  const [only] = parts;
  return parts.length === 1 && typeof only === "object" && "plain" in only
    ? only
    : container(parts);
}

const WRAPPERS: Readonly<Record<Exclude<Toggle, "monospace">, (inner: Content) => Block>> = {
  bold,
  italics,
  underline,
  strikethrough,
};

function runContent({ text, styles }: Run): Content {
  let content: Content = styles.has("monospace") ? inlineCode(text) : text;
  for (const toggle of TOGGLES) {
    if (toggle !== "monospace" && styles.has(toggle)) content = WRAPPERS[toggle](content);
  }
  return content;
}
