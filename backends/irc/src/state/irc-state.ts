/**
 * The bot's state on the network: its nick, its channels, the network's rules. Turns each line of
 * the server into events. Pure: no socket, no clock.
 */

import { plainReason } from "../formatting/codes.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import { foldName, MAX_NAME_BYTES, utf8Cut } from "../message/line.ts";
import { isBotTagged, replyOf, tagEvents } from "./client-tags.ts";
import type { Addressed, IrcEvent, Origin } from "./irc-event.ts";
import { DEFAULT_RULES, type NetworkRules } from "./network-rules.ts";
import { OwnMask } from "./own-mask.ts";
import { Playback } from "./playback.ts";
import { accountOrNone, type ChannelMembers, Users } from "./users.ts";

/** Channels that are tracked; more than any network allows. Further ones are ignored. */
export const MAX_CHANNELS = 10_000;
/** Bytes of a topic that are kept; the rest is cut. */
export const MAX_TOPIC_BYTES = 2_048;

interface Channel {
  readonly name: string;
  topic: string;
  /** The topic comes after the JOIN; the event "joined" is emitted when both are known. */
  announced: boolean;
}

const CTCP = "\x01";
const ACTION = "ACTION ";

const RPL_NOTOPIC = "331";
const RPL_TOPIC = "332";
const RPL_ENDOFNAMES = "366";
const RPL_HOSTHIDDEN = "396";

type Handler = (message: IrcMessage) => readonly IrcEvent[];

const NOTHING: readonly IrcEvent[] = [];

export class IrcState {
  #rules: NetworkRules = DEFAULT_RULES;
  /** The capabilities (IRCv3) that are on. */
  caps: ReadonlySet<string> = new Set();
  #nick: string;
  readonly #mask = new OwnMask();
  readonly #users = new Users({
    fold: (name) => this.fold(name),
    isMe: (nick) => this.isMe(nick),
    channelName: (name) => this.#find(name)?.name,
    memberPrefixes: () => this.rules.memberPrefixes,
    botMode: () => this.rules.botMode,
    hasAccountChanges: () => this.#hasAccountChanges,
    hasAccountTags: () => this.#hasAccountChanges && this.caps.has("account-tag"),
  });
  #channels = new Map<string, Channel>();
  readonly #playback = new Playback();
  readonly #handlers: Readonly<Record<string, Handler>> = {
    "001": (message) => this.#renamed(message.params[0]),
    JOIN: (message) => this.#joined(message),
    PART: (message) => this.#gone(message.params[0], message.nick, "part"),
    KICK: (message) => this.#gone(message.params[0], message.params[1], "kick"),
    NICK: (message) => (this.isMe(message.nick) ? this.#renamed(message.params[0]) : NOTHING),
    TOPIC: (message) => this.#topic(message.params[0], message.params[1], message.nick),
    INVITE: (message) => this.#invited(message),
    PRIVMSG: (message) => this.#messageReceived(message),
    NOTICE: (message) => this.#echoed(message),
    TAGMSG: (message) => this.#tagsReceived(message),
    REDACT: (message) => this.#redacted(message),
    [RPL_TOPIC]: (message) => this.#topic(message.params[1], message.params[2], ""),
    [RPL_NOTOPIC]: (message) => this.#topic(message.params[1], "", ""),
    [RPL_ENDOFNAMES]: (message) => this.#announce(message.params[1]),
    [RPL_HOSTHIDDEN]: (message) => this.#hostHidden(message),
  };

  constructor(nick: string) {
    this.#nick = nick;
  }

  get rules(): NetworkRules {
    return this.#rules;
  }

  /** A server may change them at any time. */
  set rules(rules: NetworkRules) {
    const isSame = rules.caseMapping === this.#rules.caseMapping;
    this.#rules = rules;
    if (isSame) return;
    const channels = [...this.#channels.values()];
    this.#channels = new Map(channels.map((each) => [this.fold(each.name), each]));
    this.#users.refold();
  }

  get nick(): string {
    return this.#nick;
  }

  /** The events of a line; none for a line that makes no sense. */
  receive(message: IrcMessage): readonly IrcEvent[] {
    // Old lines are skipped: their commands were answered then, or missed.
    if (message.command === "BATCH") this.#playback.batch(message);
    else if (this.#playback.isOld(message)) return NOTHING;
    if (this.isMe(message.nick)) {
      if (message.command === "CHGHOST") this.#mask.changed(message);
      else this.#mask.learn(message);
    }
    // Before the handler: it forgets a channel that the bot leaves.
    const people = this.#users.receive(message);
    return [...people, ...(this.#handlers[message.command]?.(message) ?? NOTHING)];
  }

  /** The channels that the bot is in, with their topics as far as known. */
  channels(): { readonly name: string; readonly topic: string }[] {
    return [...this.#channels.values()];
  }

  /** The channel's topic; undefined if the bot is not in it. */
  topicOf(channel: string): string | undefined {
    return this.#channels.get(this.fold(channel))?.topic;
  }

  /** Who is in a channel; undefined if the bot is not. */
  membersOf(channel: string): ChannelMembers | undefined {
    const name = this.#find(this.withoutStatus(channel))?.name;
    return name === undefined ? undefined : this.#users.membersOf(name);
  }

  /** The nick as it is spelled; undefined: nobody of that name shares a channel with the bot. */
  nickOf(name: string): string | undefined {
    return this.#users.nickOf(name);
  }

  /** Leaves every channel, as when the connection is lost. */
  leaveAll(): IrcEvent[] {
    const left = this.channels().map(
      ({ name }) => ({ kind: "left", channel: name, why: "lost" }) as const,
    );
    this.#channels.clear();
    this.#users.clear();
    return left;
  }

  isMe(nick: string | undefined): boolean {
    return nick !== undefined && nick !== "" && this.fold(nick) === this.fold(this.#nick);
  }

  fold(name: string): string {
    return foldName(name, this.rules.caseMapping);
  }

  /** `#channel`, or `@#channel` where the network has STATUSMSG. */
  isChannel(target: string): boolean {
    const bare = this.withoutStatus(target);
    // The types may change while the bot is in a channel.
    if (this.#find(bare) !== undefined) return true;
    return bare !== "" && this.rules.channelTypes.includes(bare.charAt(0));
  }

  /** `#channel` of `@#channel`; errors may name either. */
  withoutStatus(target: string): string {
    const first = target.charAt(0);
    return first !== "" && this.rules.statusPrefixes.includes(first) ? target.slice(1) : target;
  }

  /** Whether two targets are the same channel or user. */
  isSame(one: string, other: string): boolean {
    return this.fold(this.withoutStatus(one)) === this.fold(this.withoutStatus(other));
  }

  /** Bytes of the `:nick!user@host ` that the server puts before the bot's lines for others. */
  prefixBytes(): number {
    return this.#mask.bytes(this.#nick);
  }

  /** The bot's `nick!user@host` as others see it; undefined until the server has shown it. */
  get ourPrefix(): string | undefined {
    return this.#mask.text(this.#nick);
  }

  #hostHidden(message: IrcMessage): readonly IrcEvent[] {
    this.#mask.hidden(message);
    return NOTHING;
  }

  #renamed(nick: string | undefined): readonly IrcEvent[] {
    if (nick === undefined || nick === "") return NOTHING;
    this.#nick = nick;
    return [{ kind: "nick", nick }];
  }

  #joined(message: IrcMessage): readonly IrcEvent[] {
    const name = message.params[0];
    if (name === undefined || !this.isMe(message.nick)) return NOTHING;
    if (this.#channels.size >= MAX_CHANNELS || !this.isChannel(name)) return NOTHING;
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) return NOTHING;
    this.#channels.set(this.fold(name), { name, topic: "", announced: false });
    return NOTHING;
  }

  #announce(name: string | undefined): readonly IrcEvent[] {
    const channel = this.#find(name);
    if (channel === undefined || channel.announced) return NOTHING;
    channel.announced = true;
    return [{ kind: "joined", channel: channel.name, topic: channel.topic }];
  }

  #gone(
    name: string | undefined,
    who: string | undefined,
    why: "part" | "kick",
  ): readonly IrcEvent[] {
    const channel = this.#find(name);
    if (channel === undefined || !this.isMe(who)) return NOTHING;
    this.#channels.delete(this.fold(channel.name));
    this.#users.channelLeft(channel.name);
    return [{ kind: "left", channel: channel.name, why }];
  }

  #topic(name: string | undefined, topic: string | undefined, nick: string): readonly IrcEvent[] {
    const channel = this.#find(name);
    if (channel === undefined || topic === undefined) return NOTHING;
    channel.topic = topic.slice(0, utf8Cut(topic, MAX_TOPIC_BYTES));
    if (!channel.announced) return NOTHING;
    return [{ kind: "topic", channel: channel.name, topic: channel.topic, nick }];
  }

  #invited(message: IrcMessage): readonly IrcEvent[] {
    const [invited, channel = ""] = message.params;
    if (!this.isMe(invited) || this.isMe(message.nick) || !this.isChannel(channel)) return NOTHING;
    return [{ kind: "invite", channel, origin: this.#originOf(message) }];
  }

  #originOf(message: IrcMessage): Origin {
    const { source: mask, tags } = message;
    const replyTo = replyOf(tags);
    return {
      ...{ mask, account: this.#accountOf(message), msgid: tags["msgid"], time: tags["time"] },
      ...(replyTo !== undefined && { replyTo }),
      ...(isBotTagged(tags) && { isBot: true }),
    };
  }

  /** With account-tag, a message without the tag has no account. */
  #accountOf({ nick, tags }: IrcMessage): string | undefined {
    if (this.caps.has("account-tag")) return accountOrNone(tags["account"]);
    return this.#hasAccountChanges ? this.#users.accountOf(nick) : undefined;
  }

  get #hasAccountChanges(): boolean {
    return this.caps.has("extended-join") && this.caps.has("account-notify");
  }

  /** Whom a line of somebody else is for; undefined for one of a server or of the bot. */
  #addressed(message: IrcMessage): Addressed | undefined {
    const { nick, params } = message;
    const [given] = params;
    if (given === undefined || nick === "" || this.isMe(nick)) return undefined;
    // Some servers relay the channel's name as the sender spelled it.
    const target = this.#find(given)?.name ?? given;
    return { target, nick, origin: this.#originOf(message) };
  }

  #tagsReceived(message: IrcMessage): readonly IrcEvent[] {
    const addressed = this.#addressed(message);
    return addressed === undefined ? NOTHING : tagEvents(message.tags, addressed);
  }

  /** `REDACT #chan msgid :reason`. */
  #redacted(message: IrcMessage): readonly IrcEvent[] {
    const [, messageId = "", reason = ""] = message.params;
    const addressed = this.#addressed(message);
    if (addressed === undefined || messageId === "") return NOTHING;
    return [{ kind: "redacted", ...addressed, messageId, reason: plainReason(reason) }];
  }

  /** A line of the bot itself, with echo-message. */
  #echoed({ nick, params: [target = "", text = ""], tags }: IrcMessage): readonly IrcEvent[] {
    const msgid = tags["msgid"];
    if (!this.isMe(nick) || msgid === undefined) return NOTHING;
    return [{ kind: "echo", target: this.#find(target)?.name ?? target, text, msgid }];
  }

  #messageReceived(message: IrcMessage): readonly IrcEvent[] {
    const [given, text] = message.params;
    const common = this.#addressed(message);
    if (common === undefined || text === undefined) return this.#echoed(message);
    const { nick, target } = common;
    const joined = this.#announce(given);
    if (!text.startsWith(CTCP)) return [...joined, { kind: "message", ...common, text }];
    const query = text.slice(CTCP.length, text.endsWith(CTCP) ? -1 : undefined);
    if (!query.toUpperCase().startsWith(ACTION)) {
      return this.isMe(target) ? [...joined, { kind: "query", nick, query }] : joined;
    }
    return [...joined, { kind: "action", ...common, text: query.slice(ACTION.length) }];
  }

  #find(name: string | undefined): Channel | undefined {
    return name === undefined ? undefined : this.#channels.get(this.fold(name));
  }
}
