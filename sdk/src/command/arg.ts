/** `arg`: declares a command's arguments. */

import type { StandardSchemaV1 } from "@standard-schema/spec";
import { SeabirdError } from "../link/errors.ts";
import { checkNoOptions, checkOptionNames } from "../link/option-names.ts";
import { MAX_REPEATED_WORDS } from "./command-limits.ts";
import {
  type DurationBounds,
  decimalReader,
  durationReader,
  integerReader,
  type NumberBounds,
} from "./numbers.ts";
import type { Reader } from "./reader.ts";
import {
  channelIdReader,
  channelReader,
  choiceReader,
  type NamedUser,
  schemaReader,
  textReader,
  userReader,
} from "./readers.ts";

/** An argument. `T` is the type of the handler's value. */
export interface Argument<out T> {
  /** @internal */
  readonly shape: ArgShape;
  /**
   * Never set: it carries the type only. Wrapped, since `?` alone removes undefined from `T` where
   * `exactOptionalPropertyTypes` is off.
   */
  readonly value?: { readonly is: T };
}

/** @internal The parser's view of an argument. */
export interface ArgShape {
  readonly takes: "word" | "rest" | "words";
  readonly reader: Reader<unknown>;
  /** The value if nothing is typed; undefined for a required argument. */
  readonly absent: { readonly value: unknown } | undefined;
  /** Maximum number of words; 1 unless `takes` is `words`. */
  readonly max: number;
  readonly about: string;
}

/** An argument of one word; it can be made optional or repeated. */
export interface Arg<T> extends Argument<T> {
  /** The handler gets undefined if it is left out. Those after it must be optional too. */
  optional(): Argument<T | undefined>;
  /** The handler gets `value` if it is left out. Those after it must be optional too. */
  default(value: T): Argument<T>;
  /** All remaining words, at least one and at most `max` (default 100). Must be the last argument. */
  repeated(options?: { max?: number | undefined }): RepeatedArg<T>;
  /** Describes it in the full help. One line. */
  describe(about: string): Arg<T>;
}

/** All remaining words. */
export interface RepeatedArg<T> extends Argument<readonly T[]> {
  /** The handler gets an empty list if there are none. */
  optional(): Argument<readonly T[]>;
  /** The handler gets `value` if there are none. */
  default(value: readonly T[]): Argument<readonly T[]>;
  /** Describes them in the full help. One line. */
  describe(about: string): RepeatedArg<T>;
}

/** The remaining text, as typed. */
export interface RestArg extends Argument<string> {
  /** The handler gets undefined if there is none. */
  optional(): Argument<string | undefined>;
  /** The handler gets `value` if there is none. */
  default(value: string): Argument<string>;
  /** Describes it in the full help. One line. */
  describe(about: string): RestArg;
}

/** A Standard Schema that accepts text; `never` for one that does not. */
type TakesText<S extends StandardSchemaV1> = [StandardSchemaV1.InferInput<S> & string] extends [
  never,
]
  ? never
  : S;

/** One word, or several in quotes. */
function word(...none: []): Arg<string> {
  checkNoOptions("word", none);
  return oneWord(textReader);
}

/** The remaining text as typed, with spaces and quotes. Must be the last argument. */
function rest(...none: []): RestArg {
  checkNoOptions("rest", none);
  return restOf({ takes: "rest", reader: textReader, absent: undefined, max: 1, about: "" });
}

/** A whole number; up to 2^53 - 1 either way if no bounds are given. */
function integer(bounds?: NumberBounds): Arg<number> {
  return oneWord(integerReader(bounds));
}

/** A number, with or without a fraction. */
function number(bounds?: NumberBounds): Arg<number> {
  return oneWord(decimalReader(bounds));
}

/** A length of time such as `5s` or `1h30m`; the handler gets milliseconds. */
function duration(bounds?: DurationBounds): Arg<number> {
  return oneWord(durationReader(bounds));
}

/** A user of this network, as a `NamedUser`. */
function user(...none: []): Arg<NamedUser> {
  checkNoOptions("user", none);
  return oneWord(userReader);
}

/** A channel of this network, by name or absolute id; the handler gets the absolute id. */
function channel(...none: []): Arg<string> {
  checkNoOptions("channel", none);
  return oneWord(channelReader);
}

/** A channel of any network by its absolute id, in any of its forms; the handler gets the normal one. */
function channelId(...none: []): Arg<string> {
  checkNoOptions("channelId", none);
  return oneWord(channelIdReader);
}

/** One of several words, case-insensitive. Throws a SeabirdError `bad_option` for invalid choices. */
function choice<const T extends string>(choices: readonly T[], ...none: []): Arg<T> {
  checkNoOptions("choice, besides its words,", none);
  return oneWord(choiceReader(choices));
}

/**
 * Whatever a Standard Schema (zod, valibot, arktype, …) accepts, sync or async; it receives the
 * word as typed. `hint` describes valid input, such as "such as 2d6"; without one, the user sees
 * the validator's own message.
 */
function schema<S extends StandardSchemaV1>(
  validator: S & TakesText<S>,
  hint?: string,
  ...none: []
): Arg<StandardSchemaV1.InferOutput<S>> {
  checkNoOptions("schema, besides its hint,", none);
  if (hint !== undefined && typeof hint !== "string") {
    throw new SeabirdError("bad_option", 'the hint of schema is a text, such as "such as 2d6"');
  }
  const typed: StandardSchemaV1 = validator;
  return oneWord(schemaReader(typed, hint) as Reader<StandardSchemaV1.InferOutput<S>>);
}

export const arg = {
  word,
  rest,
  integer,
  number,
  duration,
  user,
  channel,
  channelId,
  choice,
  schema,
} as const;

function oneWord<T>(reader: Reader<T>, about = ""): Arg<T> {
  const shape: ArgShape = { takes: "word", reader, absent: undefined, max: 1, about };
  return {
    shape,
    optional: (...none: []) => {
      checkNoOptions("optional", none);
      return { shape: { ...shape, absent: { value: undefined } } };
    },
    default: (value) => ({ shape: { ...shape, absent: { value } } }),
    repeated: (options = {}) => {
      checkOptionNames("repeated", options, ["max"]);
      const { max = MAX_REPEATED_WORDS } = options;
      if (!Number.isInteger(max) || max < 1) {
        throw new SeabirdError(
          "bad_option",
          `max of repeated is ${max}; allowed: whole numbers from 1`,
        );
      }
      return repeatedOf({ ...shape, takes: "words", max });
    },
    describe: (text) => oneWord(reader, text),
  };
}

function repeatedOf<T>(shape: ArgShape): RepeatedArg<T> {
  return {
    shape,
    optional: (...none: []) => {
      checkNoOptions("optional", none);
      return { shape: { ...shape, absent: { value: [] } } };
    },
    default: (value) => ({ shape: { ...shape, absent: { value } } }),
    describe: (about) => repeatedOf({ ...shape, about }),
  };
}

function restOf(shape: ArgShape): RestArg {
  return {
    shape,
    optional: (...none: []) => {
      checkNoOptions("optional", none);
      return { shape: { ...shape, absent: { value: undefined } } };
    },
    default: (value) => ({ shape: { ...shape, absent: { value } } }),
    describe: (about) => restOf({ ...shape, about }),
  };
}
