/** Adds a chat network to the text of a `seabird.yaml`, whose comments and format stay. Pure. */
import { isDeepStrictEqual } from "node:util";
import {
  Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  parseDocument,
  type YAMLMap,
} from "yaml";

const INDENT = 2;
const FORMAT = { lineWidth: 100, indent: INDENT } as const;

/**
 * The text with the entry `key` at the end of `backends`. Undefined if there is one of that key, the
 * text is no map of YAML, or something else in it would change.
 */
export function addBackend(text: string, key: string, settings: object): string | undefined {
  const document = parseDocument(text);
  const before = contentOf(document);
  if (before === undefined || (document.contents !== null && !isMap(document.contents)))
    return undefined;
  const backends = document.get("backends") ?? undefined;
  if (backends !== undefined && (!isMap(backends) || backends.has(key))) return undefined;
  const wanted = { ...before, backends: { ...before["backends"], [key]: settings } };
  const isWanted = (made: string | undefined): made is string =>
    made !== undefined && isDeepStrictEqual(contentOf(parseDocument(made)), wanted);
  const inserted = insert(text, document, { [key]: settings });
  if (isWanted(inserted)) return inserted;
  // Such as a set of { } that ends with a comment: the document is written anew, its comments are kept.
  if (backends === undefined) document.delete("backends");
  document.setIn(["backends", key], settings);
  const anew = document.toString(FORMAT).replaceAll("\n", lineEndOf(text));
  return isWanted(anew) ? anew : undefined;
}

/** Undefined if it has mistakes, such as an alias of nothing, which is found only here. */
export function contentOf(document: Parsed): Record<string, Record<string, unknown>> | undefined {
  try {
    return document.errors.length > 0 ? undefined : (document.toJS() ?? {});
  } catch {
    return undefined;
  }
}

type Parsed = ReturnType<typeof parseDocument>;

/** Undefined if there is no place that is known to be right. */
function insert(text: string, { contents }: Parsed, entry: object): string | undefined {
  if (contents === null) return append(text, 0, entry);
  if (!isMap(contents)) return undefined;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === "backends");
  if (pair === undefined) {
    const [first] = contents.items;
    const column = first === undefined ? 0 : columnOf(text, startOf(first.key));
    return contents.flow === true ? undefined : append(text, column, entry);
  }
  const { key, value } = pair;
  const isInBraces = isMap(value) && value.flow === true;
  if (isInBraces && (value.items.length > 0 || contents.flow === true))
    return insertInBraces(text, value, entry);
  const [first] = isMap(value) ? value.items : [];
  if (first !== undefined) {
    return insertLines(text, endOf(pair), columnOf(text, startOf(first.key)), entry);
  }
  const isNothing = isInBraces || (isScalar(value) && value.value === null);
  if (contents.flow === true || !isScalar(key) || !isNothing) return undefined;
  // What stands for nothing, such as {}, goes.
  const [start = 0, end = 0] = value.range ?? [];
  const without = `${text.slice(0, start).trimEnd()}${text.slice(end)}`;
  const column = columnOf(text, startOf(key)) + INDENT;
  return insertLines(start === end ? text : without, key.range?.[1] ?? 0, column, entry);
}

function append(text: string, column: number, entry: object): string {
  const eol = lineEndOf(text);
  return `${endingWith(eol, text)}${linesOf({ backends: entry }, column, eol)}`;
}

function insertLines(text: string, behind: number, column: number, entry: object): string {
  const eol = lineEndOf(text);
  const place = lineEnd(text, behind, column);
  const lines = linesOf(entry, column, eol);
  return `${endingWith(eol, text.slice(0, place))}${lines}${text.slice(place)}`;
}

function insertInBraces(text: string, map: YAMLMap, entry: object): string {
  const close = (map.range?.[1] ?? 0) - 1;
  const head = text.slice(0, close).trimEnd();
  const added = JSON.stringify(entry, undefined, 1).slice(1, -1).replace(/\n */g, " ");
  const comma = map.items.length === 0 || head.endsWith(",") ? "" : ",";
  return `${head}${comma}${added}${text.slice(close)}`;
}

function linesOf(content: object, column: number, eol: string): string {
  const lines = new Document(content).toString(FORMAT).trimEnd().split("\n");
  return lines.map((line) => `${" ".repeat(column)}${line}${eol}`).join("");
}

function lineEndOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function endingWith(eol: string, text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}${eol}`;
}

function startOf(node: unknown): number {
  return isScalar(node) ? (node.range?.[0] ?? 0) : 0;
}

/** Behind the last value within. */
function endOf(node: unknown): number {
  if (isPair(node)) return Math.max(endOf(node.key), endOf(node.value));
  if (isCollection(node) && node.flow !== true) return Math.max(0, ...node.items.map(endOf));
  return isCollection(node) || isScalar(node) || isAlias(node) ? (node.range?.[1] ?? 0) : 0;
}

function columnOf(text: string, position: number): number {
  return position - (text.lastIndexOf("\n", position - 1) + 1);
}

/** Where the next line begins; comments that stand deeper than the entries belong to the last one. */
function lineEnd(text: string, from: number, column: number): number {
  const next = (at: number) => {
    const end = text.indexOf("\n", at);
    return end < 0 ? text.length : end + 1;
  };
  let place = text[from - 1] === "\n" ? from : next(from);
  for (;;) {
    const [line = ""] = text.slice(place).split("\n", 1);
    const depth = line.search(/\S/);
    if (depth <= column || line[depth] !== "#") return place;
    place = next(place);
  }
}
