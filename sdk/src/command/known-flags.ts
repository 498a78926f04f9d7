/** The flags that a command declares, found as they are typed. Pure. */
import type { DeclaredFlag } from "./declared-command.ts";
import { didYouMean } from "./nearest.ts";
import { foldCase, isDash, normalise } from "./normalise.ts";
import type { Word } from "./words.ts";

const MAX_DASHES = 3;

export class KnownFlags {
  readonly #flags: readonly DeclaredFlag[];

  constructor(flags: readonly DeclaredFlag[]) {
    this.#flags = flags;
  }

  /**
   * `--x` and `-x` of any name, but no number (`-5`) and no dash by itself. Other dashes, and
   * another number of them, make a flag only of a declared name, or of one nearly so with `=`.
   */
  textOf({ text, quoted }: Word): string | undefined {
    if (quoted || !isDash(text[0])) return undefined;
    const { dashes, name, rest } = splitFlag(text);
    if (!isLetter(name[0])) return undefined;
    const long = `--${name}${rest}`;
    const short = `-${name}${rest}`;
    if (dashes === "--") return long;
    const isLong = this.find(name) !== undefined;
    if (dashes === "-") {
      const isTypo = name.length > 1 && isLong && this.bundle(short) === undefined;
      return isTypo ? long : short;
    }
    if (isLong) return long;
    if (this.short(name) !== undefined) return short;
    return rest !== "" && this.isKnown(long) ? long : undefined;
  }

  /** A known flag, or one so close to a known one that it must be a typo. */
  isKnown(text: string): boolean {
    if (!text.startsWith("--")) return this.bundle(text) !== undefined;
    const { name } = nameOf(text);
    if (this.find(name) !== undefined) return true;
    return didYouMean(name, this.longNames()) !== "";
  }

  /** The flags of `-abc`, if all are known and only the last takes a value. */
  bundle(text: string): DeclaredFlag[] | undefined {
    const equals = text.indexOf("=");
    const letters = text.slice(1, equals < 0 ? undefined : equals);
    if (letters.length > this.#flags.length) return undefined;
    const flags = [...letters].flatMap((letter) => this.short(letter) ?? []);
    const whole = flags.length === letters.length;
    return whole && flags.slice(0, -1).every(({ reader }) => !reader) ? flags : undefined;
  }

  /** Case-insensitive, `_` equals `-`; `no-x` turns x off. */
  find(typed: string): { flag: DeclaredFlag; off: boolean } | undefined {
    const name = foldCase(typed).replaceAll("_", "-");
    for (const flag of this.#flags) {
      if (flag.long === name || flag.name.toLowerCase() === name) return { flag, off: false };
      if (flag.reader === undefined && `no-${flag.long}` === name) return { flag, off: true };
    }
    return undefined;
  }

  short(letter: string): DeclaredFlag | undefined {
    return this.#flags.find(({ short }) => short === letter);
  }

  longNames(): string[] {
    return this.#flags.map(({ long }) => long);
  }
}

/** The dashes of a flag as typed, its name normalised, and its value with `=` before it. */
export function splitFlag(text: string): { dashes: string; name: string; rest: string } {
  let from = 1;
  while (from < MAX_DASHES && isDash(text[from])) from += 1;
  const equals = text.search(/[=＝]/);
  const end = equals < from ? text.length : equals;
  const rest = end === text.length ? "" : `=${text.slice(end + 1)}`;
  return { dashes: text.slice(0, from), name: normalise(text.slice(from, end)), rest };
}

export function isLetter(char: string | undefined): boolean {
  return char !== undefined && /^[A-Za-z]$/.test(char);
}

export function nameOf(text: string): { name: string; value: string | undefined } {
  const equals = text.indexOf("=");
  if (equals < 0) return { name: text.slice(2), value: undefined };
  return { name: text.slice(2, equals), value: text.slice(equals + 1) };
}
