/** What an author declares about a command, and the types that follow from it. */
import type { Argument } from "./arg.ts";
import type { FlagDeclaration } from "./flag.ts";

/** In the order in which they are typed. */
export type Args = Readonly<Record<string, Argument<unknown>>>;
export type Flags = Readonly<Record<string, FlagDeclaration<unknown>>>;
export type NoArgs = Record<never, never>;

/** Where a command may be used. */
export type Where = "channel" | "private" | "anywhere";

/**
 * Who may use a command. All that is given in one entry must hold; a list of entries is
 * any-of. `*` stands for any run of characters.
 */
export interface Allow {
  /** Pattern of absolute ids: `irc://libera/*`, `irc://libera/#games`. Never holds in private. */
  channel?: string | undefined;
  /** Such as `irc`. */
  backendType?: string | undefined;
  /** Pattern of absolute ids: `irc://libera/ann`. Only where the network proves who is who. */
  user?: string | undefined;
  /**
   * An account of the network's services, by the tag `irc/account`; `*`: anyone logged in. An
   * account is its network's: with several networks, add `user: "irc://libera/*"`.
   */
  account?: string | undefined;
}

/** Milliseconds each; see `duration`. What is not given does not limit. */
export interface Cooldown {
  perUser?: number | undefined;
  /** A private conversation counts as a channel of its own. */
  perChannel?: number | undefined;
  all?: number | undefined;
}

/** A cooldown with nothing left out; 0 does not limit. */
export type AllCooldowns = Readonly<Record<keyof Cooldown, number>>;

export interface CommandSpec<
  A extends Args = NoArgs,
  F extends Flags = NoArgs,
  W extends Where = "anywhere",
> {
  /** What it does, one line, as `help` lists it. */
  help: string;
  /** Other names, registered too. Default: none. */
  aliases?: readonly string[] | undefined;
  /** What may be typed after the name, told by the full help. Default: none. */
  examples?: readonly string[] | undefined;
  /** Default (if there are no flags either): whatever is typed is fine, and not looked at. */
  args?: A | undefined;
  /** Default: none; then words that begin with `-` are words. */
  flags?: F | undefined;
  /** Default "anywhere". */
  where?: W | undefined;
  /** Default: everybody. */
  allow?: readonly Allow[] | undefined;
  /** Default: none. */
  cooldown?: Cooldown | undefined;
  /** Asked before the handler runs; it runs after a yes only. Default: nothing is asked. */
  confirm?: string | Confirm<A, F> | undefined;
}

/** A method's type, so that a command with few arguments is still one of any. */
type Confirm<A extends Args, F extends Flags> = {
  ask(values: CommandValues<A, F>): string;
}["ask"];

export type ValueOf<T> = T extends Argument<infer V> | FlagDeclaration<infer V> ? V : never;

/** What the handler gets: each argument and each flag by its name. */
export type CommandValues<A extends Args, F extends Flags> = {
  readonly [K in keyof A | keyof F]: K extends keyof A
    ? A[K] extends Argument<infer V>
      ? V
      : never
    : K extends keyof F
      ? F[K] extends FlagDeclaration<infer V>
        ? V
        : never
      : never;
};
