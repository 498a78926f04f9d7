/** Converts one typed word to a value, or to an error. */

import type { Person } from "../plugin/event-values.ts";
import type { Mentions } from "./mentions.ts";

/** What a reader may look up about where the command was typed. */
export interface ReadContext {
  /** Who typed it. */
  readonly user: Person;
  /** Absolute; undefined in private. */
  readonly channelId: string | undefined;
  /** Finds a user of this network by name; `several` have it. Default: none is known. */
  readonly findUser?: ((name: string) => Found<Person | "several">) | undefined;
  /** The people that the line mentions. Default: none. */
  readonly mentions?: Mentions | undefined;
  /** Finds the absolute id of a channel of this network by name. Default: made from the name. */
  readonly findChannel?: ((name: string) => Found<string>) | undefined;
}

type Found<T> = T | undefined | Promise<T | undefined>;

/** `wrong` follows the typed word: `is not a whole number (1 to 10)`. */
export type Reading<T> = { readonly value: T } | { readonly wrong: string };

/** Typed input never makes it throw; a validator that throws is the author's bug. */
export interface Reader<T> {
  /** What it accepts, for the full help: `a whole number (1 to 10)`. Empty if obvious. */
  readonly takes: string;
  /** Placeholder for a flag's value in the usage: `N`. */
  readonly placeholder: string;
  /** Without I/O, so that examples can be checked when a command is declared. */
  readonly pure?: true;
  /**
   * How many of these words, the first included, are one value for it; `mayContinue`: no other
   * argument could take what follows a value. Words that no-break spaces join are one word for it.
   * Default: 1.
   */
  span?(words: readonly string[], mayContinue: boolean): number;
  read(typed: string, at: ReadContext): Reading<T> | Promise<Reading<T>>;
}
