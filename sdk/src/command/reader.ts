/** How one typed word becomes a value, or a reason why it does not. */
import type { User } from "../plugin/events.ts";

/** What a reader may ask about the place where the command was typed. */
export interface ReadContext {
  /** Who typed it. */
  readonly user: User;
  /** Absolute; undefined in private. */
  readonly channelId: string | undefined;
  /** Looks a person of this network up by the name that was typed. Default: nobody is known. */
  readonly findUser?: ((name: string) => Found<User>) | undefined;
  /** Looks the absolute id of a channel of this network up by its name. Default: made from the name. */
  readonly findChannel?: ((name: string) => Found<string>) | undefined;
}

type Found<T> = T | undefined | Promise<T | undefined>;

/** `wrong` follows the typed word: `is not a whole number (1 to 10)`. */
export type Reading<T> = { readonly value: T } | { readonly wrong: string };

/** Never throws for what is typed; a validator of an author that throws is the author's error. */
export interface Reader<T> {
  /** What it takes, for the full help: `a whole number (1 to 10)`. Empty: goes without saying. */
  readonly takes: string;
  /** Stands for the value of a flag in the usage: `N`. */
  readonly placeholder: string;
  /** It asks nobody and waits for nothing, so that examples can be tried when a command is declared. */
  readonly pure?: true;
  read(typed: string, at: ReadContext): Reading<T> | Promise<Reading<T>>;
}
