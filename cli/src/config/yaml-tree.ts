/** YAML text as a tree that knows the place of every key and value. Nothing is expanded here. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLError,
} from "yaml";
import type { Path, Place } from "./path.ts";
import { yamlErrorMessage } from "./yaml-errors.ts";

/** Values within values in `seabird.yaml`. */
const MAX_CONFIG_DEPTH = 32;
/** Values in `seabird.yaml`; what an alias stands for counts each time. */
const MAX_CONFIG_NODES = 20_000;

export type YamlNode = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: "map";
  readonly at: Place;
  readonly entries: ReadonlyMap<string, YamlEntry>;
}

export interface YamlEntry {
  /** Where the key stands. */
  readonly key: Place;
  readonly node: YamlNode;
}

export interface YamlList {
  readonly kind: "list";
  readonly at: Place;
  readonly items: readonly YamlNode[];
}

export interface YamlScalar {
  readonly kind: "scalar";
  readonly at: Place;
  readonly value: string | number | boolean | null;
  /** Written without quotes: a variable in it may stand for a number. */
  readonly plain: boolean;
}

export interface TreeProblem {
  readonly at: Place;
  readonly path: Path;
  readonly message: string;
  /** All that is wrong with that value: what follows of it is not worth a line. */
  readonly isWhole?: true;
}

export interface Tree {
  /** Undefined if it could not be read, or not to its end. */
  readonly root: YamlNode | undefined;
  readonly problems: readonly TreeProblem[];
}

const START: Place = { line: 1, col: 1 };
/** What comes after is mostly a consequence. */
const MAX_SYNTAX_PROBLEMS = 3;

/** Never throws. */
export function readTree(text: string): Tree {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      version: "1.2",
      schema: "core",
      merge: false,
      // Compared pair by pair, they would take minutes for a large file; the walk below is quick.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter: lines,
      logLevel: "error",
    });
    const wrong = [...document.errors, ...document.warnings];
    if (wrong.length > 0) {
      return { root: undefined, problems: syntaxProblems(text, wrong, lines) };
    }
    return new Walk(document, lines).tree();
  } catch (error) {
    // The parser is recursive, and some things it throws instead of collecting.
    const deep = error instanceof RangeError;
    const message = deep ? "nested too deeply" : "not valid YAML";
    return { root: undefined, problems: [{ at: START, path: [], message }] };
  }
}

/** The first of each line. */
function syntaxProblems(
  text: string,
  errors: readonly YAMLError[],
  lines: LineCounter,
): TreeProblem[] {
  const found = new Map<number, TreeProblem>();
  for (const { pos, code } of errors) {
    const at = placeOf(lines, pos[0]);
    if (!found.has(at.line))
      found.set(at.line, { at, path: [], message: yamlErrorMessage(code, text[pos[0]]) });
    if (found.size === MAX_SYNTAX_PROBLEMS) break;
  }
  return [...found.values()];
}

function placeOf(lines: LineCounter, offset: number | undefined): Place {
  const { line, col } = lines.linePos(offset ?? 0);
  return line === 0 ? START : { line, col };
}

/** One way through the document, in its order; what an alias stands for counts each time. */
class Walk {
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #problems: TreeProblem[] = [];
  readonly #anchors = new Map<string, unknown>();
  #nodes = 0;
  #full = false;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  tree(): Tree {
    const root = this.#read(this.#document.contents, [], START, false);
    // Half a file would only give wrong problems.
    return { root: this.#full ? undefined : root, problems: this.#problems };
  }

  #read(node: unknown, path: Path, around: Place, inAlias: boolean): YamlNode {
    const at = this.#place(node) ?? around;
    if (!this.#fits(at, path)) return nothing(at);
    if (isAlias(node)) return this.#readAlias(node, path, at);
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined && !inAlias) this.#anchors.set(anchor, node);
    if (isMap(node)) return this.#readMap(node.items, path, at, inAlias);
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.#read(item, [...path, i], at, inAlias));
      return { kind: "list", at, items };
    }
    return isScalar(node) ? readScalar(node, at) : nothing(at);
  }

  #readAlias({ source }: Alias, path: Path, at: Place): YamlNode {
    if (this.#anchors.has(source)) return this.#read(this.#anchors.get(source), path, at, true);
    return this.#wrong(at, path, yamlErrorMessage("BAD_ALIAS"));
  }

  #readMap(pairs: readonly Pair[], path: Path, at: Place, inAlias: boolean): YamlMap {
    const entries = new Map<string, YamlEntry>();
    for (const pair of pairs) {
      const key = this.#place(pair.key) ?? at;
      const name = keyOf(pair.key);
      if (name === undefined) this.#wrong(key, path, "a key is a word or a text in quotes");
      else if (name === "<<") this.#wrong(key, path, "merge keys (<<) are not supported");
      else if (name === "__proto__") this.#wrong(key, path, "__proto__ is no key");
      else if (entries.has(name)) this.#wrong(key, [...path, name], "the key is there twice");
      else {
        const node = this.#read(pair.value, [...path, name], key, inAlias);
        entries.set(name, { key, node });
        const hash = isScalar(pair.value) ? hiddenText(pair.value) : undefined;
        if (hash === undefined) continue;
        const why = `is empty, since YAML takes ${hash} for a comment; write it in quotes: "${hash}"`;
        this.#problems.push({ at: key, path: [...path, name], message: why, isWhole: true });
      }
    }
    return { kind: "map", at, entries };
  }

  /** Keeps what aliases multiply, and what refers to itself, within bounds. */
  #fits(at: Place, path: Path): boolean {
    if (this.#full) return false;
    this.#nodes += 1;
    const tooDeep = path.length > MAX_CONFIG_DEPTH;
    this.#full = tooDeep || this.#nodes > MAX_CONFIG_NODES;
    if (tooDeep) this.#wrong(at, path.slice(0, 3), `nested deeper than ${MAX_CONFIG_DEPTH}`);
    else if (this.#full) this.#wrong(at, [], `more than ${MAX_CONFIG_NODES} values`);
    return !this.#full;
  }

  #wrong(at: Place, path: Path, message: string): YamlNode {
    this.#problems.push({ at, path, message });
    return nothing(at);
  }

  #place(node: unknown): Place | undefined {
    const range = (node as { range?: readonly number[] | null } | null | undefined)?.range;
    return range ? placeOf(this.#lines, range[0]) : undefined;
  }
}

function readScalar({ value, type }: Scalar, at: Place): YamlScalar {
  const plain = type === "PLAIN";
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") {
    return { kind: "scalar", at, value, plain };
  }
  return nothing(at);
}

/** `#lobby` where a value is missing: meant as a channel's name, for a comment begins with a blank. */
function hiddenText({ value, source, comment }: Scalar): string | undefined {
  if (value !== null || source !== "" || !comment) return undefined;
  const [word = ""] = comment.split(/\s/);
  return word === "" ? undefined : `#${word}`;
}

function nothing(at: Place): YamlScalar {
  return { kind: "scalar", at, value: null, plain: true };
}

/** A number or a word that YAML knows is still a key, as it is written. */
function keyOf(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  if (typeof key.value === "string") return key.value;
  return key.value === null || key.value === undefined ? undefined : (key.source ?? undefined);
}
