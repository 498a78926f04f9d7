/**
 * The users who share a channel with the bot, from NAMES and what is seen of them since. A user who
 * shares none any more is forgotten, since changes are not seen. Accounts are those of extended-join
 * and account-notify (IRCv3), of messages (account-tag), and of WHOX; without these the account of a
 * user who was there before the bot is unknown until it changes.
 */

import { plainReason } from "../formatting/codes.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import { byteLength, MAX_NAME_BYTES } from "../message/line.ts";
import { isBotTagged } from "./client-tags.ts";
import type { IrcEvent, Person } from "./irc-event.ts";

/** Users who are tracked; further ones are unknown. */
export const MAX_USERS = 20_000;
/** How often they are in a channel, in all; what is beyond is unknown. */
export const MAX_MEMBERSHIPS = 200_000;
/** Characters of an account's name; a longer one is unknown. */
const MAX_ACCOUNT = 512;

interface User {
  readonly nick: string;
  /** Undefined: not logged in, or unknown. */
  account: string | undefined;
  isBot: boolean;
  /** The channels that they share with the bot: their names by folded name. */
  readonly channels: Map<string, string>;
}

export interface ChannelMembers {
  readonly people: readonly Person[];
  /** Whether these are all. */
  readonly isComplete: boolean;
}

const NONE = "*";
/** In the answers to the bot's own WHO (WHOX). */
export const WHO_TOKEN = "152";
/** In such an answer: no account. */
const WHO_NONE = "0";
const RPL_NAMREPLY = "353";
const RPL_WHOSPCRPL = "354";
const RPL_ENDOFNAMES = "366";
const MESSAGES = new Set(["PRIVMSG", "NOTICE", "TAGMSG"]);
const NOTHING: readonly IrcEvent[] = [];

export interface UsersDeps {
  fold(name: string): string;
  isMe(nick: string): boolean;
  /** The channel's name as the server spells it; undefined if the bot is not in it. */
  channelName(name: string | undefined): string | undefined;
  /** The signs in front of a nick in NAMES. */
  memberPrefixes(): string;
  /** The letter of bots in WHO. */
  botMode(): string | undefined;
  /** Whether the server says when somebody logs in or out. */
  hasAccountChanges(): boolean;
  /** Whether it also says it with each message. */
  hasAccountTags(): boolean;
}

type Handler = (message: IrcMessage) => readonly IrcEvent[];

export class Users {
  readonly #deps: UsersDeps;
  #byNick = new Map<string, User>();
  /** Channels whose NAMES have come, by folded name. */
  #listed = new Set<string>();
  /** Some were too many, so that no list is known to be complete. */
  #isCut = false;
  #memberships = 0;
  readonly #handlers: Readonly<Record<string, Handler>> = {
    JOIN: (message) => this.#joined(message),
    PART: (message) => this.#parted(message),
    KICK: (message) => this.#kicked(message),
    QUIT: (message) => this.#quit(message),
    NICK: ({ nick, params }) => this.#renamed(nick, params[0] ?? ""),
    ACCOUNT: ({ nick, params }) => this.#loggedIn(nick, params[0] ?? NONE),
    [RPL_NAMREPLY]: ({ params }) => this.#named(params.at(-2), params.at(-1) ?? ""),
    [RPL_WHOSPCRPL]: ({ params }) => this.#answered(params),
    [RPL_ENDOFNAMES]: ({ params }) => this.#namesEnded(params[1]),
  };

  constructor(deps: UsersDeps) {
    this.#deps = deps;
  }

  /** Undefined: not logged in, or unknown. */
  accountOf(nick: string): string | undefined {
    return this.#find(nick)?.account;
  }

  /** What is known of somebody. */
  personOf(nick: string): Person {
    return personOf(this.#find(nick) ?? { nick, account: undefined, isBot: false });
  }

  /** Undefined: nobody of that name shares a channel with the bot. */
  nickOf(name: string): string | undefined {
    return this.#find(name)?.nick;
  }

  membersOf(channel: string): ChannelMembers {
    const key = this.#deps.fold(channel);
    const users = [...this.#byNick.values()].filter(({ channels }) => channels.has(key));
    return { people: users.map(personOf), isComplete: this.#listed.has(key) && !this.#isCut };
  }

  /** The events of a line, in channels that the bot is in. */
  receive(message: IrcMessage): readonly IrcEvent[] {
    const user = this.#find(message.nick);
    if (user !== undefined) {
      user.isBot ||= isBotTagged(message.tags);
      if (MESSAGES.has(message.command) && this.#deps.hasAccountTags()) {
        user.account = accountOrNone(message.tags["account"]);
      }
    }
    return this.#handlers[message.command]?.(message) ?? NOTHING;
  }

  /** The bot left a channel. */
  channelLeft(channel: string): void {
    this.#listed.delete(this.#deps.fold(channel));
    for (const nick of [...this.#byNick.keys()]) this.#leave(nick, channel);
  }

  /** The rules for equal names have changed. */
  refold(): void {
    const { fold } = this.#deps;
    const users = [...this.#byNick.values()].map((user) => {
      const names = [...user.channels.values()].map((name) => [fold(name), name] as const);
      return { ...user, channels: new Map(names) };
    });
    this.#byNick = new Map(users.map((user) => [fold(user.nick), user]));
    this.#memberships = 0;
    for (const { channels } of this.#byNick.values()) this.#memberships += channels.size;
    this.#listed = new Set([...this.#listed].map(fold));
  }

  clear(): void {
    this.#byNick.clear();
    this.#listed.clear();
    this.#isCut = false;
    this.#memberships = 0;
  }

  #find(nick: string): User | undefined {
    return this.#byNick.get(this.#deps.fold(nick));
  }

  /** Whether the user was not there before. Beyond the limits nobody is added. */
  #enter(nick: string, channel: string): boolean {
    const [key, channelKey] = [this.#deps.fold(nick), this.#deps.fold(channel)];
    const known = this.#byNick.get(key);
    if (known?.channels.has(channelKey) === true) return false;
    const isFull = known === undefined && this.#byNick.size >= MAX_USERS;
    if (isFull || this.#memberships >= MAX_MEMBERSHIPS || byteLength(nick) > MAX_NAME_BYTES) {
      this.#isCut = true;
      return true;
    }
    const user = known ?? { nick, account: undefined, isBot: false, channels: new Map() };
    this.#byNick.set(key, user);
    user.channels.set(channelKey, channel);
    this.#memberships += 1;
    return true;
  }

  #leave(nick: string, channel: string): void {
    const key = this.#deps.fold(nick);
    const user = this.#byNick.get(key);
    if (user?.channels.delete(this.#deps.fold(channel)) === true) this.#memberships -= 1;
    if (user?.channels.size === 0) this.#byNick.delete(key);
  }

  #forget(nick: string): void {
    const key = this.#deps.fold(nick);
    this.#memberships -= this.#byNick.get(key)?.channels.size ?? 0;
    this.#byNick.delete(key);
  }

  /** `JOIN #chan account :real name`; without extended-join the account is unknown. */
  #joined({ nick, params: [name, account], tags }: IrcMessage): readonly IrcEvent[] {
    const channel = this.#deps.channelName(name);
    if (channel === undefined || nick === "" || this.#deps.isMe(nick)) return NOTHING;
    const isNew = this.#enter(nick, channel);
    const user = this.#find(nick);
    if (user !== undefined) {
      if (account !== undefined && this.#deps.hasAccountChanges()) {
        user.account = accountOrNone(account);
      }
      user.isBot ||= isBotTagged(tags);
    }
    if (!isNew) return NOTHING;
    return [{ kind: "member", change: "joined", channel, person: this.personOf(nick), reason: "" }];
  }

  #parted({ nick, params: [name, reason = ""] }: IrcMessage): readonly IrcEvent[] {
    return this.#gone(name, nick, { change: "left", reason: plainReason(reason) });
  }

  #kicked({ nick, params: [name, who = "", reason = ""] }: IrcMessage): readonly IrcEvent[] {
    const by = nick === "" ? undefined : this.personOf(nick);
    return this.#gone(name, who, { change: "removed", by, reason: plainReason(reason) });
  }

  #gone(
    name: string | undefined,
    nick: string,
    how: Pick<Extract<IrcEvent, { kind: "member" }>, "change" | "by" | "reason">,
  ): readonly IrcEvent[] {
    const channel = this.#deps.channelName(name);
    if (channel === undefined || nick === "") return NOTHING;
    const person = this.personOf(nick);
    this.#leave(nick, channel);
    return this.#deps.isMe(nick) ? NOTHING : [{ kind: "member", channel, person, ...how }];
  }

  #quit({ nick, params: [reason = ""] }: IrcMessage): readonly IrcEvent[] {
    const user = this.#find(nick);
    if (user === undefined || this.#deps.isMe(nick)) return NOTHING;
    this.#forget(nick);
    const gone = { change: "left", person: personOf(user), reason: plainReason(reason) } as const;
    return [...user.channels.values()].map((channel) => ({ kind: "member", channel, ...gone }));
  }

  #renamed(from: string, to: string): readonly IrcEvent[] {
    const user = this.#find(from);
    this.#forget(from);
    this.#forget(to);
    if (user === undefined || to === "") return NOTHING;
    if (byteLength(to) > MAX_NAME_BYTES) {
      this.#isCut = true;
      return NOTHING;
    }
    const renamed = { ...user, nick: to };
    this.#byNick.set(this.#deps.fold(to), renamed);
    this.#memberships += user.channels.size;
    return [{ kind: "person", before: personOf(user), person: personOf(renamed) }];
  }

  #loggedIn(nick: string, name: string): readonly IrcEvent[] {
    const user = this.#find(nick);
    if (user === undefined) return NOTHING;
    const before = personOf(user);
    user.account = accountOrNone(name);
    return before.account === user.account
      ? NOTHING
      : [{ kind: "person", before, person: personOf(user) }];
  }

  /** `353 bird = #chan :@op +voiced joe`; with userhost-in-names each is a whole mask. */
  #named(name: string | undefined, nicks: string): readonly IrcEvent[] {
    const channel = this.#deps.channelName(name);
    if (channel === undefined) return NOTHING;
    const prefixes = this.#deps.memberPrefixes();
    for (const each of nicks.split(" ")) {
      let start = 0;
      while (start < each.length && prefixes.includes(each.charAt(start))) start += 1;
      const nick = each.slice(start).split("!", 1)[0] ?? "";
      if (nick !== "") this.#enter(nick, channel);
    }
    return NOTHING;
  }

  /** `354 bird 152 joe H@B account`: the letters are ranks and modes, behind H for here or G for gone. */
  #answered([
    ,
    token,
    nick = "",
    letters = "",
    account = "",
  ]: readonly string[]): readonly IrcEvent[] {
    const user = token === WHO_TOKEN ? this.#find(nick) : undefined;
    if (user === undefined) return NOTHING;
    const botMode = this.#deps.botMode();
    user.isBot ||= botMode !== undefined && letters.slice(1).includes(botMode);
    if (this.#deps.hasAccountChanges() && account !== WHO_NONE)
      user.account = accountOrNone(account);
    return NOTHING;
  }

  #namesEnded(name: string | undefined): readonly IrcEvent[] {
    const channel = this.#deps.channelName(name);
    if (channel !== undefined) this.#listed.add(this.#deps.fold(channel));
    return NOTHING;
  }
}

function personOf({ nick, account, isBot }: Pick<User, "nick" | "account" | "isBot">): Person {
  return { nick, ...(account !== undefined && { account }), ...(isBot && { isBot }) };
}

/** `*` and "" stand for no account. */
export function accountOrNone(account: string | undefined): string | undefined {
  const isName = account !== NONE && account !== "" && (account?.length ?? 0) <= MAX_ACCOUNT;
  return isName ? account : undefined;
}
