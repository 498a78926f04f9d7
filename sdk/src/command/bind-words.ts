/** Assigns the words after a command's name to its arguments and flags. Pure. */
import type { DeclaredArg, DeclaredCommand, DeclaredFlag } from "./declared-command.ts";
import { didYouMean } from "./nearest.ts";
import { quoteInput } from "./safe-text.ts";
import { splitWords, type Word } from "./words.ts";

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
  #at = 0;
  #argIndex = 0;
  #flagsEnded: boolean;

  constructor(declared: readonly DeclaredArg[], known: readonly DeclaredFlag[], line: string) {
    this.#declared = declared;
    this.#known = known;
    this.#line = line;
    this.#words = splitWords(line);
    this.#flagsEnded = known.length === 0;
  }

  run(): void {
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at] as Word;
      if (!this.#flagsEnded && isEnd(word)) {
        this.#flagsEnded = true;
        this.#at += 1;
      } else if (!this.#flagsEnded && looksLikeFlag(word)) this.#takeFlag(word);
      else this.#takeWord(word);
    }
    const missing = this.#declared.find(({ name, absent }) => !absent && !this.args.has(name));
    if (missing === undefined) return;
    const { takes } = missing.reader;
    throw new WrongInput(`${missing.name}: missing${takes === "" ? "" : ` (${takes})`}`);
  }

  #takeWord(word: Word): void {
    const arg = this.#declared[this.#argIndex];
    if (arg === undefined) throw new WrongInput(`${quoteInput(word.text)} is one word too many`);
    if (arg.takes === "rest") {
      this.#takeRest(arg);
      return;
    }
    if (word.unclosed) throw new WrongInput(`${arg.name}: a quote is opened and not closed`);
    const words = this.args.get(arg.name) ?? [];
    words.push(word.text);
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
    const start = this.#words[from]?.start;
    const end = this.#words[to - 1]?.end;
    this.args.set(arg.name, [this.#line.slice(start, end)]);
    this.#argIndex += 1;
    this.#at = to;
  }

  #restEnd(from: number): number {
    if (this.#words.slice(from).some(isEnd)) return this.#words.length;
    let end = this.#words.length;
    while (end > from + 1) {
      const last = this.#words[end - 1] as Word;
      const before = end > from + 2 ? this.#words[end - 2] : undefined;
      if (looksLikeFlag(last) && this.#isKnown(last.text)) end -= 1;
      else if (before !== undefined && looksLikeFlag(before) && this.#wantsValue(before.text))
        end -= 2;
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

  #takeFlag(word: Word): void {
    this.#at += 1;
    if (word.unclosed) throw new WrongInput("a quote is opened and not closed");
    if (word.text.startsWith("--")) this.#takeLong(word.text);
    else this.#takeShort(word.text);
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
    if (next === undefined || (looksLikeFlag(next) && this.#isKnown(next.text)) || isEnd(next)) {
      throw new WrongInput(`--${flag.long}: needs a value (${takesOf(flag)})`);
    }
    if (next.unclosed) throw new WrongInput(`--${flag.long}: a quote is opened and not closed`);
    this.#at += 1;
    return next.text;
  }

  #set(flag: DeclaredFlag, value: string | boolean): void {
    if (this.flags.has(flag.name) && flag.reader !== undefined) {
      throw new WrongInput(`--${flag.long}: is there twice`);
    }
    this.flags.set(flag.name, value);
  }

  /** Case-insensitive, `_` equals `-`; `no-x` turns x off. */
  #find(typed: string): { flag: DeclaredFlag; off: boolean } | undefined {
    const name = typed.replaceAll("_", "-").toLowerCase();
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

/** `--x` and `-x`, but no number (`-5`) and no dash by itself. */
function looksLikeFlag({ text, quoted }: Word): boolean {
  if (quoted || text[0] !== "-") return false;
  return isLetter(text[1] === "-" ? text[2] : text[1]);
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

const YES = ["yes", "true", "on", "1"];
const NO = ["no", "false", "off", "0"];

function yesOrNo(flag: DeclaredFlag, value: string): boolean {
  const word = value.toLowerCase();
  if (YES.includes(word)) return true;
  if (NO.includes(word)) return false;
  throw new WrongInput(`--${flag.long}: ${quoteInput(value)} is not yes or no`);
}
