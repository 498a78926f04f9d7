/** Assigns the words after a command's name to its arguments and flags. Pure. */
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";
import { isLetter, KnownFlags, nameOf, splitFlag } from "./known-flags.ts";
import { didYouMean } from "./nearest.ts";
import { foldCase, isDash } from "./normalise.ts";
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
export function bindWords(
  command: DeclaredCommand,
  line: string,
  names: readonly string[] = [],
): Bound {
  if (command.args === undefined) return { args: new Map(), flags: new Map() };
  const binder = new Binder(command.args, command.flags, splitWords(line, names), line);
  binder.run();
  return binder;
}

class Binder implements Bound {
  readonly args = new Map<string, string[]>();
  readonly flags = new Map<string, string | boolean>();
  readonly #declared: readonly DeclaredArg[];
  readonly #known: KnownFlags;
  readonly #line: string;
  readonly #words: readonly Word[];
  /** For each word that may be a flag, the flag in plain ASCII: `--coats=2`. */
  readonly #flagTexts: readonly (string | undefined)[];
  #at = 0;
  #argIndex = 0;
  #flagsEnded: boolean;

  constructor(
    declared: readonly DeclaredArg[],
    known: readonly DeclaredFlag[],
    words: readonly Word[],
    line: string,
  ) {
    this.#declared = declared;
    this.#known = new KnownFlags(known);
    this.#line = line;
    this.#words = words;
    this.#flagsEnded = known.length === 0;
    this.#flagTexts = this.#flagsEnded ? [] : this.#words.map((word) => this.#known.textOf(word));
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
    words.push(this.#wordFor(arg.reader, arg));
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
    for (let at = end - 1; at > from && end - at <= MAX_SPAN; at--) {
      if (at + this.#lengthOfFlag(at) === end) end = at;
    }
    return end;
  }

  /** The words of the flag here and of its value, 0 if it is none. */
  #lengthOfFlag(at: number): number {
    const text = this.#flagTexts[at];
    if (text === undefined || !this.#known.isKnown(text)) return 0;
    const { name, value } = nameOf(text);
    const flag = text.startsWith("--")
      ? this.#known.find(name)?.flag
      : this.#known.bundle(text)?.at(-1);
    if (flag?.reader === undefined) return 1;
    const first = value ?? this.#words[at + 1]?.text;
    if (first === undefined) return 1;
    const from = at + (value === undefined ? 2 : 1);
    const { span } = flag.reader;
    return from - at + (span === undefined ? 0 : this.#spanFrom(span, first, from) - 1);
  }

  #takeFlag(word: Word, text: string): void {
    this.#at += 1;
    if (word.unclosed) throw new WrongInput("a quote is opened and not closed");
    if (text.startsWith("--")) this.#takeLong(text);
    else this.#takeShort(text);
  }

  /** A word of an argument that begins with a long dash and nearly the name of a flag. */
  #refuseMistypedFlag({ text, quoted }: Word): void {
    if (this.#flagsEnded || quoted || !isDash(text[0])) return;
    const { name } = splitFlag(text);
    const hint = isLetter(name[0]) ? didYouMean(name, this.#known.longNames(), "--") : "";
    if (hint !== "") throw new WrongInput(`there is no flag ${quoteInput(text)}${hint}`);
  }

  /** The word here, and those behind it that the reader takes for one value with it. */
  #wordFor(reader: Reader<unknown>, arg?: DeclaredArg): string {
    const first = this.#words[this.#at] as Word;
    if (reader.span === undefined || first.quoted) return first.text;
    const joined = this.#joinedEnd();
    const from = this.#at;
    if (joined > from) this.#at = joined;
    else this.#at += this.#spanFrom(reader.span, first.text, from + 1, arg) - 1;
    if (this.#at === from) return first.text;
    const last = this.#words[this.#at] as Word;
    return this.#line.slice(first.start, last.end);
  }

  /** A flag's value behind its `=`, and the words behind it that belong to the value. */
  #extend(reader: Reader<unknown>, value: string): string {
    if (reader.span === undefined) return value;
    const more = this.#spanFrom(reader.span, value, this.#at) - 1;
    const words = this.#words.slice(this.#at, this.#at + more);
    this.#at += more;
    return [value, ...words.map(({ text }) => text)].join(" ");
  }

  #spanFrom(
    span: NonNullable<Reader<unknown>["span"]>,
    first: string,
    from: number,
    arg?: DeclaredArg,
  ): number {
    const rest = this.#words.slice(from, from + MAX_SPAN);
    const end = rest.findIndex((word, index) => {
      return word.quoted || this.#flagTexts[from + index] !== undefined;
    });
    const texts = rest.slice(0, end < 0 ? undefined : end).map(({ text }) => text);
    const others = this.#declared.slice(this.#argIndex).filter((other) => {
      return other.reader.span !== undefined && (other !== arg || other.takes === "words");
    });
    return span([first, ...texts], others.length === 0);
  }

  /** The last of the words that no-break spaces join to the one here. */
  #joinedEnd(): number {
    let end = this.#at;
    for (;;) {
      const [word, next] = [this.#words[end], this.#words[end + 1]];
      if (word === undefined || next === undefined) return end;
      if (!NO_BREAK_SPACES.test(this.#line.slice(word.end, next.start))) return end;
      end += 1;
    }
  }

  #takeLong(text: string): void {
    const { name, value } = nameOf(text);
    const found = this.#known.find(name);
    if (found === undefined) {
      // People write `--coats:2` as on other systems.
      const hint = didYouMean(name.split(":")[0] ?? name, this.#known.longNames(), "--");
      throw new WrongInput(`there is no flag ${quoteInput(`--${name}`)}${hint}`);
    }
    const { flag, off } = found;
    if (flag.reader !== undefined) this.#set(flag, this.#valueOf(flag, flag.reader, value));
    else if (value === undefined) this.#set(flag, !off);
    else this.#set(flag, off ? !yesOrNo(flag, value) : yesOrNo(flag, value));
  }

  #takeShort(text: string): void {
    const equals = text.indexOf("=");
    const letters = text.slice(1, equals < 0 ? undefined : equals);
    const value = equals < 0 ? undefined : text.slice(equals + 1);
    const flags = this.#known.bundle(text);
    if (flags === undefined) {
      const unknown = [...letters].find((letter) => this.#known.short(letter) === undefined);
      if (unknown === undefined)
        throw new WrongInput(`${quoteInput(text)}: only the last may take a value`);
      throw new WrongInput(`there is no flag ${quoteInput(`-${unknown}`)}`);
    }
    flags.forEach((flag, index) => {
      const own = index === flags.length - 1 ? value : undefined;
      if (flag.reader !== undefined) this.#set(flag, this.#valueOf(flag, flag.reader, own));
      else this.#set(flag, own === undefined ? true : yesOrNo(flag, own));
    });
  }

  #valueOf(flag: DeclaredFlag, reader: Reader<unknown>, own: string | undefined): string {
    return own === undefined ? this.#nextValue(flag, reader) : this.#extend(reader, own);
  }

  #nextValue(flag: DeclaredFlag, reader: Reader<unknown>): string {
    const next = this.#words[this.#at];
    const other = this.#flagTexts[this.#at];
    if (next === undefined || (other !== undefined && this.#known.isKnown(other)) || isEnd(next)) {
      throw new WrongInput(`--${flag.long}: needs a value (${takesOf(flag)})`);
    }
    if (next.unclosed) throw new WrongInput(`--${flag.long}: a quote is opened and not closed`);
    const value = this.#wordFor(reader);
    this.#at += 1;
    return value;
  }

  #set(flag: DeclaredFlag, value: string | boolean): void {
    if (this.flags.has(flag.name) && flag.reader !== undefined) {
      throw new WrongInput(`--${flag.long}: is there twice`);
    }
    this.flags.set(flag.name, value);
  }
}

function isEnd(word: Word): boolean {
  return word.text === "--" && !word.quoted;
}

const NO_BREAK_SPACES = /^[\u00A0\u2007\u202F]+$/;
/** Words behind the first that a value may take. */
const MAX_SPAN = 16;

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
