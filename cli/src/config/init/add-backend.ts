/** Adds a chat network to the text of a `seabird.yaml`, whose comments and format stay. Pure. */
import { isDeepStrictEqual } from "node:util";
import { Document, isAlias, isCollection, isMap, isPair, isScalar, parseDocument } from "yaml";

const INDENT = 2;

/**
 * The text with the entry `key` at the end of `backends`. Undefined if there is one of that key, or the
 * text is no map of YAML.
 */
export function addBackend(text: string, key: string, settings: object): string | undefined {
  const document = parseDocument(text);
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents)))
    return undefined;
  const backends = document.get("backends") ?? undefined;
  if (backends !== undefined && (!isMap(backends) || backends.has(key))) return undefined;
  const wanted = { ...document.toJS() };
  wanted.backends = { ...wanted.backends, [key]: settings };
  const inserted = insert(text, document, key, settings);
  if (inserted !== undefined && isDeepStrictEqual(parsed(inserted), wanted)) return inserted;
  // Such as a file in one line of { }: the document is written anew, its comments are kept.
  if (backends === undefined) document.delete("backends");
  document.setIn(["backends", key], settings);
  return document.toString({ lineWidth: 100 });
}

function parsed(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? undefined : document.toJS();
}

/** Undefined if the place is not between lines. */
function insert(
  text: string,
  document: ReturnType<typeof parseDocument>,
  key: string,
  settings: object,
): string | undefined {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const at = (column: number, content: object): string => {
    const lines = new Document(content).toString({ lineWidth: 100, indent: INDENT });
    return lines
      .trimEnd()
      .split("\n")
      .map((line) => `${" ".repeat(column)}${line}${eol}`)
      .join("");
  };
  const pair = isMap(document.contents)
    ? document.contents.items.find(({ key: name }) => isScalar(name) && name.value === "backends")
    : undefined;
  if (pair === undefined) {
    if (isMap(document.contents) && document.contents.flow === true) return undefined;
    return `${endingWith(eol, text)}${at(0, { backends: { [key]: settings } })}`;
  }
  const [first] = isMap(pair.value) ? pair.value.items : [];
  const isBlock = isMap(pair.value) && pair.value.flow !== true && first !== undefined;
  if (!isBlock && !(isScalar(pair.value) && pair.value.value === null)) return undefined;
  const column = isBlock ? columnOf(text, startOf(first.key)) : INDENT;
  const end = isBlock ? endOf(pair) : isScalar(pair.key) ? (pair.key.range?.[1] ?? 0) : 0;
  const place = lineEnd(text, end, column);
  const entry = at(column, { [key]: settings });
  return `${endingWith(eol, text.slice(0, place))}${entry}${text.slice(place)}`;
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
