/** Assigns the words after a command's name to its arguments and flags. Pure. */
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";
import { didYouMean } from "./nearest.ts";
import { foldCase, isDash, normalise } from "./normalise.ts";
import type { Reader } from "./reader.ts";
import { quoteInput } from "./safe-text.ts";
import { skipBlanks, splitWords, type Word } from "./words.ts";
import { affirmation } from "./yes-no.ts";

export interface Bound {
  /** By the argument's name; absent if it was not typed. */
  readonly args: ReadonlyMap<string, readonly string[]>;
  /** By the flag's name; true and false for flags without a value. */
  readonly flags: ReadonlyMap<string, string | boolean>;
}

/** Thrown and caught inside the parser only: one line that names the problem. */
export class WrongInput extends Error {}

/** Throws `WrongInput`. */
export function bindWords(command: DeclaredCommand, line: string): Bound {
  if (command.args === undefined) return { args: new Map(), flags: new Map() };
  const binder = new Binder(command.args, command.flags, line);
  binder.run();
  return binder;
}

class Binder implements Bound {
  readonly args = new Map<string, string[]>();
  readonly flags = new Map<string, string | boolean>();
  readonly #declared: readonly DeclaredArg[];
  readonly #known: readonly DeclaredFlag[];
  readonly #line: string;
  readonly #words: readonly Word[];
  /** For each word that may be a flag, the flag in plain ASCII: `--coats=2`. */
  readonly #flagTexts: readonly (string | undefined)[];
  #at = 0;
  #argIndex = 0;
  #flagsEnded: boolean;

  constructor(declared: readonly DeclaredArg[], known: readonly DeclaredFlag[], line: string) {
    this.#declared = declared;
    this.#known = known;
    this.#line = line;
    this.#words = splitWords(line);
    this.#flagsEnded = known.length === 0;
    this.#flagTexts = this.#flagsEnded ? [] : this.#words.map((word) => this.#flagText(word));
  }

  run(): void {
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at] as Word;
      const flag = this.#flagTexts[this.#at];
      if (!this.#flagsEnded && isEnd(word)) {
        this.#flagsEnded = true;
        this.#at += 1;
      } else if (!this.#flagsEnded && flag !== undefined) this.#takeFlag(word, flag);
      else this.#takeWord(word);
    }
    const missing = this.#declared.find(({ name, absent }) => !absent && !this.args.has(name));
    if (missing === undefined) return;
    const { takes } = missing.reader;
    throw new WrongInput(`${missing.name}: missing${takes === "" ? "" : ` (${takes})`}`);
  }

  #takeWord(word: Word): void {
    const arg = this.#declared[this.#argIndex];
    if (arg?.takes !== "rest") this.#refuseMistypedFlag(word);
    if (arg === undefined) throw new WrongInput(`${quoteInput(word.text)} is one word too many`);
    if (arg.takes === "rest") {
      this.#takeRest(arg);
      return;
    }
    if (word.unclosed) throw new WrongInput(`${arg.name}: a quote is opened and not closed`);
    const words = this.args.get(arg.name) ?? [];
    words.push(this.#wordFor(arg.reader));
    if (words.length > arg.max && arg.takes === "words") {
      throw new WrongInput(`${arg.name}: more than ${arg.max} of them`);
    }
    this.args.set(arg.name, words);
    this.#at += 1;
    if (arg.takes === "word") this.#argIndex += 1;
  }

  /** As typed, up to flags at the very end, where the usage shows them. */
  #takeRest(arg: DeclaredArg): void {
    const from = this.#at;
    const to = this.#flagsEnded ? this.#words.length : this.#restEnd(from);
    const start = skipBlanks(this.#line, this.#words[from - 1]?.end ?? 0);
    const isAll = to === this.#words.length;
    const end = isAll ? this.#line.trimEnd().length : this.#words[to - 1]?.end;
    this.args.set(arg.name, [this.#line.slice(start, end)]);
    this.#argIndex += 1;
    this.#at = to;
  }

  #restEnd(from: number): number {
    if (this.#words.slice(from).some(isEnd)) return this.#words.length;
    let end = this.#words.length;
    while (end > from + 1) {
      const last = this.#flagTexts[end - 1];
      const before = end > from + 2 ? this.#flagTexts[end - 2] : undefined;
      if (last !== undefined && this.#isKnown(last)) end -= 1;
      else if (before !== undefined && this.#wantsValue(before)) end -= 2;
      else break;
    }
    return end;
  }

  /** A known flag, or one so close to a known one that it must be a typo. */
  #isKnown(text: string): boolean {
    if (!text.startsWith("--")) return this.#bundle(text) !== undefined;
    const { name } = nameOf(text);
    if (this.#find(name) !== undefined) return true;
    return didYouMean(name, this.#longNames()) !== "";
  }

  #wantsValue(text: string): boolean {
    if (text.includes("=")) return false;
    const flag = text.startsWith("--")
      ? this.#find(text.slice(2))?.flag
      : this.#bundle(text)?.at(-1);
    return flag?.reader !== undefined;
  }

  #takeFlag(word: Word, text: string): void {
    this.#at += 1;
    if (word.unclosed) throw new WrongInput("a quote is opened and not closed");
    if (text.startsWith("--")) this.#takeLong(text);
    else this.#takeShort(text);
  }

  /**
   * `--x` and `-x` of any name, but no number (`-5`) and no dash by itself. Other dashes, and
   * another number of them, make a flag only of a declared name, or of one nearly so with `=`.
   */
  #flagText({ text, quoted }: Word): string | undefined {
    if (quoted || !isDash(text[0])) return undefined;
    const { dashes, name, rest } = splitFlag(text);
    if (!isLetter(name[0])) return undefined;
    const long = `--${name}${rest}`;
    const short = `-${name}${rest}`;
    if (dashes === "--") return long;
    const isLong = this.#find(name) !== undefined;
    if (dashes === "-") {
      const isTypo = name.length > 1 && isLong && this.#bundle(short) === undefined;
      return isTypo ? long : short;
    }
    if (isLong) return long;
    if (this.#short(name) !== undefined) return short;
    return rest !== "" && this.#isKnown(long) ? long : undefined;
  }

  /** A word of an argument that begins with a long dash and nearly the name of a flag. */
  #refuseMistypedFlag({ text, quoted }: Word): void {
    if (this.#flagsEnded || quoted || !isDash(text[0])) return;
    const { name } = splitFlag(text);
    const hint = isLetter(name[0]) ? didYouMean(name, this.#longNames(), "--") : "";
    if (hint !== "") throw new WrongInput(`there is no flag ${quoteInput(text)}${hint}`);
  }

  /** The word here, and those that no-break spaces join to it if the reader takes such. */
  #wordFor(reader: Reader<unknown>): string {
    const first = this.#words[this.#at] as Word;
    if (reader.takesNoBreak !== true || first.quoted) return first.text;
    let { end } = first;
    for (;;) {
      const next = this.#words[this.#at + 1];
      if (next === undefined || !NO_BREAK_SPACES.test(this.#line.slice(end, next.start))) break;
      end = next.end;
      this.#at += 1;
    }
    return end === first.end ? first.text : this.#line.slice(first.start, end);
  }

  #takeLong(text: string): void {
    const { name, value } = nameOf(text);
    const found = this.#find(name);
    if (found === undefined) {
      const hint = didYouMean(name, this.#longNames(), "--");
      throw new WrongInput(`there is no flag ${quoteInput(`--${name}`)}${hint}`);
    }
    const { flag, off } = found;
    if (flag.reader !== undefined) this.#set(flag, value ?? this.#nextValue(flag));
    else if (value === undefined) this.#set(flag, !off);
    else this.#set(flag, off ? !yesOrNo(flag, value) : yesOrNo(flag, value));
  }

  #takeShort(text: string): void {
    const equals = text.indexOf("=");
    const letters = text.slice(1, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : text.slice(equals + 1);
    const flags = this.#bundle(text);
    if (flags === undefined) {
      const unknown = [...letters].find((letter) => this.#short(letter) === undefined);
      if (unknown === undefined)
        throw new WrongInput(`${quoteInput(text)}: only the last may take a value`);
      throw new WrongInput(`there is no flag ${quoteInput(`-${unknown}`)}`);
    }
    flags.forEach((flag, index) => {
      const own = index === flags.length - 1 ? value : undefined;
      if (flag.reader !== undefined) this.#set(flag, own ?? this.#nextValue(flag));
      else this.#set(flag, own === undefined ? true : yesOrNo(flag, own));
    });
  }

  /** The flags of `-abc`, if all are known and only the last takes a value. */
  #bundle(text: string): DeclaredFlag[] | undefined {
    const equals = text.indexOf("=");
    const letters = text.slice(1, equals < 0 ? undefined : equals);
    if (letters.length > this.#known.length) return undefined;
    const flags = [...letters].flatMap((letter) => this.#short(letter) ?? []);
    const whole = flags.length === letters.length;
    return whole && flags.slice(0, -1).every(({ reader }) => !reader) ? flags : undefined;
  }

  #nextValue(flag: DeclaredFlag): string {
    const next = this.#words[this.#at];
    const other = this.#flagTexts[this.#at];
    if (next === undefined || (other !== undefined && this.#isKnown(other)) || isEnd(next)) {
      throw new WrongInput(`--${flag.long}: needs a value (${takesOf(flag)})`);
    }
    if (next.unclosed) throw new WrongInput(`--${flag.long}: a quote is opened and not closed`);
    const value = flag.reader === undefined ? next.text : this.#wordFor(flag.reader);
    this.#at += 1;
    return value;
  }

  #set(flag: DeclaredFlag, value: string | boolean): void {
    if (this.flags.has(flag.name) && flag.reader !== undefined) {
      throw new WrongInput(`--${flag.long}: is there twice`);
    }
    this.flags.set(flag.name, value);
  }

  /** Case-insensitive, `_` equals `-`; `no-x` turns x off. */
  #find(typed: string): { flag: DeclaredFlag; off: boolean } | undefined {
    const name = foldCase(typed).replaceAll("_", "-");
    for (const flag of this.#known) {
      if (flag.long === name || flag.name.toLowerCase() === name) return { flag, off: false };
      if (flag.reader === undefined && `no-${flag.long}` === name) return { flag, off: true };
    }
    return undefined;
  }

  #short(letter: string): DeclaredFlag | undefined {
    return this.#known.find(({ short }) => short === letter);
  }

  #longNames(): string[] {
    return this.#known.map(({ long }) => long);
  }
}

function isEnd(word: Word): boolean {
  return word.text === "--" && !word.quoted;
}

const NO_BREAK_SPACES = /^[\u00A0\u2007\u202F]+$/;
const MAX_DASHES = 3;

/** The dashes of a flag as typed, its name normalised, and its value with `=` before it. */
function splitFlag(text: string): { dashes: string; name: string; rest: string } {
  let from = 1;
  while (from < MAX_DASHES && isDash(text[from])) from += 1;
  const equals = text.search(/[=＝]/);
  const end = equals < from ? text.length : equals;
  const rest = end === text.length ? "" : `=${text.slice(end + 1)}`;
  return { dashes: text.slice(0, from), name: normalise(text.slice(from, end)), rest };
}

function isLetter(char: string | undefined): boolean {
  return char !== undefined && /^[A-Za-z]$/.test(char);
}

function nameOf(text: string): { name: string; value: string | undefined } {
  const equals = text.indexOf("=");
  if (equals < 0) return { name: text.slice(2), value: undefined };
  return { name: text.slice(2, equals), value: text.slice(equals + 1) };
}

function takesOf({ reader }: DeclaredFlag): string {
  return reader?.takes || reader?.placeholder.toLowerCase() || "";
}

const ON = ["true", "on", "1"];
const OFF = ["false", "off", "0"];

function yesOrNo(flag: DeclaredFlag, value: string): boolean {
  const word = foldCase(value);
  const isYes = ON.includes(word) ? true : OFF.includes(word) ? false : affirmation(value);
  if (isYes !== undefined) return isYes;
  throw new WrongInput(`--${flag.long}: ${quoteInput(value)} is not yes or no`);
}
