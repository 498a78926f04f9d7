/**
 * Reads `.env`: a variable a line, `NAME=value`, with or without `export` before it. Values may
 * stand in single, double or back quotes, and then span lines; `\n` in double quotes is a line
 * break. `#` begins a comment at the start of a line or after a quoted value.
 *
 * A value is never cut: `PASSWORD=sec#ret` is taken whole, as shells do. Where readers of `.env`
 * differ, `NAME=value # comment` without quotes, the line is refused.
 */
import { join } from "node:path";
import { readTextFile, TextFileError } from "./text-file.ts";

/** A larger `.env` is refused. */
export const MAX_DOTENV_BYTES = 1024 * 1024;

export type DotEnv = Readonly<Record<string, string>>;

export interface DotEnvProblem {
  /** From 1. */
  readonly line: number;
  /** Names the variable if there is one; never its value. */
  readonly message: string;
}

/** Problems that are told; more are counted. */
const MAX_PROBLEMS = 20;

/** `.env` cannot be read, or some of its lines cannot; the message has the file and all problems. */
export class DotEnvError extends Error {
  override readonly name = "DotEnvError";
  /** Empty if the file cannot be read at all. */
  readonly problems: readonly DotEnvProblem[];

  constructor(message: string, problems: readonly DotEnvProblem[] = [], options?: ErrorOptions) {
    super(message, options);
    this.problems = problems;
  }
}

/** The variables of `.env` in the folder; none if there is no such file. Throws a DotEnvError. */
export function readDotEnv(folder: string): DotEnv {
  const path = join(folder, ".env");
  try {
    return parseDotEnv(readTextFile(path, MAX_DOTENV_BYTES).text, path);
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    if (error.code === "ENOENT") return {};
    throw new DotEnvError(error.message, [], { cause: error });
  }
}

const BLANK = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const NAME = /[^\S\n]*(?:export[^\S\n]+)?(?<name>[A-Za-z_][\w.-]*)[^\S\n]*=[^\S\n]*/y;
const QUOTED = /(?<quote>["'`])(?<quoted>[\s\S]*?)\k<quote>/y;
const UNQUOTED = /(?<plain>[^\n]*)(?:\n|$)/y;

/**
 * `name`: what messages call the file. The last of several lines for a variable counts. Throws a
 * DotEnvError with all lines that cannot be read.
 */
export function parseDotEnv(content: string, name: string = ".env"): DotEnv {
  const text = content.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const variables = new Map<string, string>();
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const problems: DotEnvProblem[] = [];
  const refuse = (from: number, message: string): void => {
    // Lines are counted from the beginning, so only for problems that are told.
    const isTold = problems.length <= MAX_PROBLEMS;
    problems.push({ line: isTold ? text.slice(0, from).split("\n").length : 0, message });
  };
  while (at < text.length) {
    if (take(BLANK) !== null) continue;
    const start = at;
    const variable = take(NAME)?.groups?.["name"];
    if (variable === undefined) {
      refuse(start, "write NAME=value, or # before a comment");
      take(UNQUOTED);
      continue;
    }
    const isQuoted = `"'\``.includes(text.charAt(at)) && at < text.length;
    if (!isQuoted) {
      // The blanks before it tell `A=#1`, a value, from `A= # one`.
      const before = text.charAt(at - 1);
      const plain = (take(UNQUOTED)?.groups?.["plain"] ?? "").trimEnd();
      if (/\s#/.test(`${before}${plain}`)) refuse(start, commentIn(variable));
      variables.set(variable, plain);
      continue;
    }
    const { quote, quoted = "" } = take(QUOTED)?.groups ?? {};
    if (quote === undefined) {
      refuse(start, `the value of ${variable} begins with a quote that is never closed`);
      take(UNQUOTED);
    } else if (take(BLANK) === null) {
      refuse(start, `the value of ${variable} goes on behind its closing quote`);
      take(UNQUOTED);
    }
    variables.set(variable, quote === '"' ? quoted.replaceAll("\\n", "\n") : quoted);
  }
  if (problems.length > 0) throw dotEnvError(name, problems);
  return Object.freeze(Object.fromEntries(variables));
}

function dotEnvError(name: string, problems: readonly DotEnvProblem[]): DotEnvError {
  const told = problems.slice(0, MAX_PROBLEMS);
  const more = problems.length - told.length;
  if (more > 0) {
    told.push({
      line: problems[MAX_PROBLEMS]?.line ?? 0,
      message: `and ${more} more from here on`,
    });
  }
  const lines = told.map(({ line, message }) => `line ${line}: ${message}`);
  return new DotEnvError(`${name}, ${lines.join("; ")}`, told);
}

function commentIn(variable: string): string {
  const example = `${variable}="…"`;
  return `the value of ${variable} holds a blank and #; quote it, ${example}, or put the comment on a line of its own`;
}
