/**
 * The bot's state on the network: its nick, its channels, the network's rules. Turns each line of
 * the server into events. Pure: no socket, no clock.
 */

import type { IrcMessage } from "../message/irc-message.ts";
import { foldName, utf8Cut } from "../message/line.ts";
import type { IrcEvent, Origin } from "./irc-event.ts";
import { DEFAULT_RULES, type NetworkRules } from "./network-rules.ts";
import { OwnMask } from "./own-mask.ts";
import { accountOrNone, Users } from "./users.ts";

/** Channels that are tracked; more than any network allows. Further ones are ignored. */
export const MAX_CHANNELS = 10_000;
/** Open batches of old messages; the messages of further ones count as new. */
const MAX_PLAYBACKS = 64;
/** Bytes of a channel's or user's name: more than any network allows, and leaves room for text in a line. */
export const MAX_NAME_BYTES = 200;
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

const PLAYBACKS = new Set(["chathistory", "draft/chathistory", "znc.in/playback"]);

type Handler = (message: IrcMessage) => readonly IrcEvent[];

const NOTHING: readonly IrcEvent[] = [];

export class IrcState {
  #rules: NetworkRules = DEFAULT_RULES;
  /** The capabilities (IRCv3) that are on. */
  caps: ReadonlySet<string> = new Set();
  #nick: string;
  readonly #mask = new OwnMask();
  readonly #users = new Users((name) => this.fold(name));
  #channels = new Map<string, Channel>();
  /** Open batches of old messages. */
  readonly #playbacks = new Set<string>();
  readonly #handlers: Readonly<Record<string, Handler>> = {
    "001": (message) => this.#renamed(message.params[0]),
    JOIN: (message) => this.#joined(message),
    PART: (message) => this.#gone(message.params[0], message.nick, "part"),
    KICK: (message) => this.#gone(message.params[0], message.params[1], "kick"),
    NICK: (message) => (this.isMe(message.nick) ? this.#renamed(message.params[0]) : NOTHING),
    TOPIC: (message) => this.#topic(message.params[0], message.params[1], message.nick),
    INVITE: (message) => this.#invited(message),
    PRIVMSG: (message) => this.#messageReceived(message),
    BATCH: (message) => this.#batch(message),
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
    if (message.command !== "BATCH" && this.#isPlayback(message)) return NOTHING;
    if (this.isMe(message.nick)) {
      if (message.command === "CHGHOST") this.#mask.changed(message);
      else this.#mask.learn(message);
    } else if (message.command !== "JOIN" || this.#find(message.params[0]) !== undefined) {
      this.#users.receive(message);
    }
    return this.#handlers[message.command]?.(message) ?? NOTHING;
  }

  /** The channels that the bot is in, with their topics as far as known. */
  channels(): { readonly name: string; readonly topic: string }[] {
    return [...this.#channels.values()];
  }

  /** The channel's topic; undefined if the bot is not in it. */
  topicOf(channel: string): string | undefined {
    return this.#channels.get(this.fold(channel))?.topic;
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

  /** IRCv3 batches: `BATCH +name type`, lines with the tag `batch=name`, `BATCH -name`. */
  #batch(message: IrcMessage): readonly IrcEvent[] {
    const [reference = "", type = ""] = message.params;
    const name = reference.slice(1);
    // A batch within a batch of old messages holds old messages too.
    const isPlayback = PLAYBACKS.has(type) || this.#isPlayback(message);
    if (reference.startsWith("-")) this.#playbacks.delete(name);
    else if (isPlayback && this.#playbacks.size < MAX_PLAYBACKS) this.#playbacks.add(name);
    return NOTHING;
  }

  #isPlayback({ tags }: IrcMessage): boolean {
    return this.#playbacks.has(tags["batch"] ?? "");
  }

  #invited(message: IrcMessage): readonly IrcEvent[] {
    const [invited, channel = ""] = message.params;
    if (!this.isMe(invited) || this.isMe(message.nick) || !this.isChannel(channel)) return NOTHING;
    return [{ kind: "invite", channel, origin: this.#originOf(message) }];
  }

  #originOf(message: IrcMessage): Origin {
    const { source: mask, tags } = message;
    return { mask, account: this.#accountOf(message), msgid: tags["msgid"], time: tags["time"] };
  }

  /** With account-tag, a message without the tag has no account. */
  #accountOf({ nick, tags }: IrcMessage): string | undefined {
    if (this.caps.has("account-tag")) return accountOrNone(tags["account"]);
    const hasChanges = this.caps.has("extended-join") && this.caps.has("account-notify");
    return hasChanges ? this.#users.accountOf(nick) : undefined;
  }

  #messageReceived(message: IrcMessage): readonly IrcEvent[] {
    const [given, text] = message.params;
    if (given === undefined || text === undefined) return NOTHING;
    if (message.nick === "" || this.isMe(message.nick)) return NOTHING;
    const { nick } = message;
    const joined = this.#announce(given);
    // Some servers relay the channel's name as the sender spelled it.
    const target = this.#find(given)?.name ?? given;
    const common = { target, nick, origin: this.#originOf(message) };
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
