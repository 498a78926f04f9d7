/** A command's declaration, and the types derived from it. */
import type { Argument } from "./arg.ts";
import type { FlagDeclaration } from "./flag.ts";

/** In the order in which they are typed. */
export type Args = Readonly<Record<string, Argument<unknown>>>;
export type Flags = Readonly<Record<string, FlagDeclaration<unknown>>>;
export type NoArgs = Record<never, never>;

/** Where a command may be used. */
export type Where = "channel" | "private" | "anywhere";

/**
 * Who may use a command. All fields of one entry must match; of a list, any entry. `*` matches
 * any run of characters.
 */
export interface Allow {
  /** Pattern of channel ids: `irc://libera/*`, `irc://libera/#games`. Never matches in private. */
  channel?: string | undefined;
  /** Such as `irc`. */
  backendType?: string | undefined;
  /** Pattern of user ids: `irc://libera/ann`. Only for networks that verify identities. */
  user?: string | undefined;
  /**
   * The account at the network's services (tag `irc/account`); `*` matches everyone logged in.
   * Accounts belong to one network: with several networks, add `user: "irc://libera/*"`.
   */
  account?: string | undefined;
}

/** Such as `"5s"`, or in milliseconds. What is not given does not limit. */
export interface Cooldown {
  perUser?: string | number | undefined;
  /** A private conversation counts as a channel. */
  perChannel?: string | number | undefined;
  all?: string | number | undefined;
}

/** All cooldowns, in milliseconds; 0 does not limit. */
export type AllCooldowns = Readonly<Record<keyof Cooldown, number>>;

export interface CommandSpec<
  A extends Args = NoArgs,
  F extends Flags = NoArgs,
  W extends Where = "anywhere",
> {
  /** What the command does, in one line, for `help`. Default: its usage. */
  help?: string | undefined;
  /** Other names, also registered. Default: none. */
  aliases?: readonly string[] | undefined;
  /** What may be typed after the name, shown by the full help. Default: none. */
  examples?: readonly string[] | undefined;
  /** Default, if there are no flags either: the text is not parsed. */
  args?: A | undefined;
  /** Default: none; then words that begin with `-` are arguments. */
  flags?: F | undefined;
  /** Default "anywhere". */
  where?: W | undefined;
  /** Default: everybody. */
  allow?: readonly Allow[] | undefined;
  /** Default: none. */
  cooldown?: Cooldown | undefined;
  /** A question before the handler runs; it runs only after a yes. Default: none. */
  confirm?: string | Confirm<A, F> | undefined;
}

/** A method's type, so that specs with specific arguments are assignable to the general one. */
type Confirm<A extends Args, F extends Flags> = {
  ask(values: CommandValues<A, F>): string;
}["ask"];

export type ValueOf<T> = T extends Argument<infer V> | FlagDeclaration<infer V> ? V : never;

/** The handler's values: each argument and flag by its name. */
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
