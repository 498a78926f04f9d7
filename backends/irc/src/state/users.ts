/**
 * The accounts of users who share a channel with the bot, from extended-join and account-notify
 * (IRCv3). A user who shares none any more is forgotten, since changes are not seen; the account of
 * a user who was there before the bot is unknown.
 */

import type { IrcMessage } from "../message/irc-message.ts";

/** Users whose accounts are tracked; the account of any further one is unknown. */
export const MAX_USERS = 20_000;

interface User {
  readonly nick: string;
  /** Undefined: not logged in. */
  account: string | undefined;
  /** The channels that they share with the bot: their names by folded name. */
  readonly channels: Map<string, string>;
}

const NONE = "*";

export class Users {
  readonly #fold: (name: string) => string;
  #byNick = new Map<string, User>();

  constructor(fold: (name: string) => string) {
    this.#fold = fold;
  }

  /** Undefined: not logged in, or unknown. */
  accountOf(nick: string): string | undefined {
    return this.#byNick.get(this.#fold(nick))?.account;
  }

  /** A line about any user but the bot. */
  receive({ command, nick, params }: IrcMessage): void {
    if (command === "JOIN") this.#joined(nick, params);
    else if (command === "PART") this.#left(nick, params[0]);
    else if (command === "KICK") this.#left(params[1] ?? "", params[0]);
    else if (command === "QUIT") this.#byNick.delete(this.#fold(nick));
    else if (command === "NICK") this.#renamed(nick, params[0] ?? "");
    else if (command === "ACCOUNT") this.#changed(nick, params[0] ?? NONE);
  }

  /** The bot left a channel. */
  channelLeft(channel: string): void {
    for (const nick of [...this.#byNick.keys()]) this.#left(nick, channel);
  }

  /** The rules for equal names have changed. */
  refold(): void {
    const users = [...this.#byNick.values()].map(({ nick, account, channels }) => {
      const names = [...channels.values()].map((name) => [this.#fold(name), name] as const);
      return { nick, account, channels: new Map(names) };
    });
    this.#byNick = new Map(users.map((user) => [this.#fold(user.nick), user]));
  }

  clear(): void {
    this.#byNick.clear();
  }

  /** `JOIN #chan account :real name`; without extended-join the account is unknown. */
  #joined(nick: string, [channel = "", account]: readonly string[]): void {
    if (account === undefined || nick === "") return;
    const key = this.#fold(nick);
    const known = this.#byNick.get(key);
    if (known === undefined && this.#byNick.size >= MAX_USERS) return;
    const channels = known?.channels ?? new Map();
    channels.set(this.#fold(channel), channel);
    this.#byNick.set(key, { nick, account: accountOrNone(account), channels });
  }

  #left(nick: string, channel = ""): void {
    const key = this.#fold(nick);
    const user = this.#byNick.get(key);
    user?.channels.delete(this.#fold(channel));
    if (user?.channels.size === 0) this.#byNick.delete(key);
  }

  #renamed(from: string, to: string): void {
    const key = this.#fold(from);
    const user = this.#byNick.get(key);
    this.#byNick.delete(key);
    this.#byNick.delete(this.#fold(to));
    if (user !== undefined && to !== "") this.#byNick.set(this.#fold(to), { ...user, nick: to });
  }

  #changed(nick: string, account: string): void {
    const user = this.#byNick.get(this.#fold(nick));
    if (user !== undefined) user.account = accountOrNone(account);
  }
}

/** `*` and "" stand for no account. */
export function accountOrNone(account: string | undefined): string | undefined {
  return account === NONE || account === "" ? undefined : account;
}
