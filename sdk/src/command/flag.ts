/** `flag`: declares a command's `--flags`. */
import { checkOptionNames } from "../link/option-names.ts";
import {
  type DurationBounds,
  decimalReader,
  durationReader,
  integerReader,
  type NumberBounds,
} from "./numbers.ts";
import type { Reader } from "./reader.ts";
import { choiceReader, textReader } from "./readers.ts";

/** A flag. `T` is the type of the handler's value. */
export interface FlagDeclaration<out T> {
  /** @internal */
  readonly shape: FlagShape;
  /**
   * Never set: it carries the type only, under another name than an argument's, so that the
   * declarations, which have no `shape`, differ too. Wrapped, since `?` alone removes undefined from
   * `T` where `exactOptionalPropertyTypes` is off.
   */
  readonly flagValue?: { readonly is: T };
}

/** @internal The parser's view of a flag. */
export interface FlagShape {
  /** Undefined for a flag without a value. */
  readonly reader: Reader<unknown> | undefined;
  readonly short: string | undefined;
  /** The value if it is not typed. */
  readonly absent: unknown;
  readonly about: string;
}

/** A flag whose handler gets undefined if it is not typed, unless it has a default. */
export interface Flag<T> extends FlagDeclaration<T | undefined> {
  /** The handler gets `value` if the flag is not typed. */
  default(value: T): FlagDeclaration<T>;
}

/** A flag without a value; false if it is not typed, unless it has a default. */
export interface BooleanFlag extends FlagDeclaration<boolean> {
  /** The handler gets `value` if the flag is not typed; `--no-NAME` turns it off. */
  default(value: boolean): FlagDeclaration<boolean>;
}

export interface FlagOptions {
  /** One letter: `s` makes `-s` the same as the whole name. Default: none. */
  short?: string | undefined;
  /** Its description in the full help. One line. Default: none. */
  about?: string | undefined;
}

/** `--name`, `--name=yes`, `--no-name`. */
function boolean(options: FlagOptions = {}): BooleanFlag {
  const shape = shapeOf(undefined, options, false);
  return { shape, default: (value) => ({ shape: { ...shape, absent: value } }) };
}

/** `--name=3`, `--name 3`: a whole number. */
function integer(options: FlagOptions & NumberBounds = {}): Flag<number> {
  return valued(integerReader(boundsOf(options)), options, BOUNDS);
}

/** `--name=2.5`: a number, with or without a fraction. */
function number(options: FlagOptions & NumberBounds = {}): Flag<number> {
  return valued(decimalReader(boundsOf(options)), options, BOUNDS);
}

/** `--name=1h30m`: a length of time; the handler gets milliseconds. */
function duration(options: FlagOptions & DurationBounds = {}): Flag<number> {
  return valued(durationReader(boundsOf(options)), options, BOUNDS);
}

/** `--name=word`, `--name="two words"`. */
function text(options: FlagOptions = {}): Flag<string> {
  return valued(textReader, options);
}

/** `--name=red`: one of several words, case-insensitive. */
function choice<const T extends string>(choices: readonly T[], options: FlagOptions = {}): Flag<T> {
  return valued(choiceReader(choices), options);
}

const OPTIONS = ["short", "about"];

export const flag = { boolean, integer, number, duration, text, choice } as const;

const BOUNDS = ["min", "max"];

/** Without the options that are the flag's. */
function boundsOf<B extends object>(options: FlagOptions & B) {
  checkOptionNames("a flag", options, [...OPTIONS, ...BOUNDS]);
  const { short, about, ...bounds } = options;
  return bounds;
}

function valued<T>(
  reader: Reader<T>,
  options: FlagOptions,
  bounds: readonly string[] = [],
): Flag<T> {
  const shape = shapeOf(reader, options, undefined, bounds);
  return { shape, default: (value) => ({ shape: { ...shape, absent: value } }) };
}

function shapeOf(
  reader: Reader<unknown> | undefined,
  options: FlagOptions,
  absent: unknown,
  bounds: readonly string[] = [],
): FlagShape {
  checkOptionNames("a flag", options, [...OPTIONS, ...bounds]);
  const { short, about = "" } = options;
  return { reader, short, absent, about };
}
