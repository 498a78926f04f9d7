/**
 * The channels to be in: those of the settings and those joined on request.
 *
 * They are joined after each connect, as many as the network allows, at the pace of `JoinQueue`. A
 * refused JOIN is repeated after a pause that doubles; where the bot is in too many channels, the
 * others wait until it leaves one.
 * A channel that the bot left is not wanted any more, nor is one from which it was kicked, since a
 * person decided that; with `rejoin` the bot returns after a kick.
 */

import type { Clock } from "../clock.ts";
import type { ChannelToJoin, IrcOptions } from "../options.ts";
import type { IrcEvent } from "../state/irc-event.ts";
import { MAX_CHANNELS } from "../state/irc-state.ts";
import { type ChannelLimit, hasRoom } from "../state/network-rules.ts";
import { JoinQueue, joinOrder } from "./join-queue.ts";
import {
  type ChannelCounts,
  countChannels,
  isUntried,
  type WantedChannel,
} from "./wanted-channel.ts";

/** Milliseconds after the welcome at which channels count as settled, joined or not. */
const SETTLE_WITHIN_MS = 10_000;

export interface WantedChannelsHooks {
  /** The form of a name in which equal names are equal, by the network's current rules. */
  fold(name: string): string;
  /** How many channels the network allows. */
  limits(): readonly ChannelLimit[];
  /** The channels that the bot is in. */
  joined(): readonly string[];
  /** Joins, behind the messages that wait. */
  join(channels: readonly ChannelToJoin[]): void;
  /** It is not tried again if `retryInMs` is undefined. */
  refused(channel: string, reason: string, retryInMs: number | undefined): void;
  /** Every channel was joined or refused, or waits, or 10 s are over. At most once per connection. */
  settled(counts: ChannelCounts): void;
  /** A channel that was refused, or waited, was joined after all. */
  joinedLate(channel: string, counts: ChannelCounts): void;
}

type Options = Pick<IrcOptions, "rejoin" | "rejoinAfterMs" | "joinRetryMs">;

/** How often the pause before another attempt doubles. */
const MAX_DOUBLINGS = 4;

/** Errors that a retry does not change: no such channel, invalid name. */
const PERMANENT = new Set(["403", "476", "479"]);
const TOO_MANY_CHANNELS = "405";

export class WantedChannels {
  readonly #options: Options;
  readonly #hooks: WantedChannelsHooks;
  readonly #clock: Clock;
  /** By folded name. */
  #wanted = new Map<string, WantedChannel>();
  readonly #due: JoinQueue<WantedChannel>;
  /** How many channels the server has turned out to allow, by the first character of their names. */
  readonly #seenLimits = new Map<string, number>();
  #cancelSettling: (() => void) | undefined;
  #isSettled = false;

  constructor(
    channels: readonly ChannelToJoin[],
    options: Options,
    hooks: WantedChannelsHooks,
    clock: Clock,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#due = new JoinQueue(
      {
        isAlone: ({ wasRefused }) => wasRefused,
        take: (wanted) => this.#take(wanted),
        send: (group) => hooks.join(group.map(({ channel }) => channel)),
        isUnanswered: ({ is }) => is === "pending",
      },
      clock,
    );
    for (const channel of channels) this.want(channel);
  }

  all(): readonly ChannelToJoin[] {
    return [...this.#wanted.values()].map(({ channel }) => channel);
  }

  want(channel: ChannelToJoin): void {
    const known = this.#get(channel.name);
    if (known !== undefined) known.channel = channel;
    else if (this.#wanted.size < MAX_CHANNELS) {
      this.#wanted.set(this.#hooks.fold(channel.name), {
        ...{ channel, refusals: 0, is: "none", wasRefused: false },
      });
    }
  }

  /** As `want`, for a channel that was joined on request: its known spelling and key stay. */
  wantJoined({ name, key }: ChannelToJoin): void {
    const known = this.#get(name)?.channel;
    this.want({ name: known?.name ?? name, key: key ?? known?.key });
  }

  /** Joins these channels, if they are wanted. */
  join(names: readonly string[]): void {
    this.#join(names.flatMap((name) => this.#get(name) ?? []));
  }

  forget(name: string): void {
    const wanted = this.#get(name);
    if (wanted === undefined) return;
    this.#wanted.delete(this.#hooks.fold(name));
    this.#set(wanted, "none");
    this.#due.send();
  }

  /** The rules for equal names have changed. */
  refold(): void {
    const all = [...this.#wanted.values()];
    this.#wanted = new Map(all.map((each) => [this.#hooks.fold(each.channel.name), each]));
    const kept = new Set(this.#wanted.values());
    for (const each of all) if (!kept.has(each)) this.#set(each, "none");
  }

  /** The bot is registered: joins every channel. */
  welcomed(): void {
    this.#join([...this.#wanted.values()]);
    this.#cancelSettling = this.#clock.after(SETTLE_WITHIN_MS, () => this.#settled());
    this.#checkSettled();
  }

  /** The connection is lost: no attempts until the next one. */
  offline(): void {
    for (const wanted of this.#wanted.values()) {
      this.#set(wanted, "none");
      wanted.refusals = 0;
    }
    this.#seenLimits.clear();
    this.#due.clear();
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.#isSettled = false;
  }

  receive(event: IrcEvent): void {
    if (event.kind === "joined") this.#joined(event.channel);
    if (event.kind !== "left" || event.why === "lost") return;
    if (event.why === "part" || this.#options.rejoin !== true) this.forget(event.channel);
    const wanted = this.#get(event.channel);
    if (wanted !== undefined) this.#joinLater(wanted, this.#options.rejoinAfterMs);
    // Channels of several types may count together.
    for (const type of this.#seenLimits.keys()) {
      if (!event.channel.startsWith(type)) this.#seenLimits.delete(type);
    }
    this.#fill();
    this.#due.send();
  }

  /**
   * An error that names channels, separated by commas; it need not concern a JOIN. Without a name it
   * concerns every JOIN that is not answered.
   */
  refused(channels: string | undefined, code: string, reason: string): void {
    const named = channels?.split(",").flatMap((name) => this.#get(name) ?? []);
    for (const wanted of named ?? [...this.#wanted.values()]) {
      if (wanted.is === "pending") this.#refused(wanted, code, reason);
    }
    this.#fill();
    this.#due.send();
    this.#checkSettled();
  }

  #refused(wanted: WantedChannel, code: string, reason: string): void {
    const { name } = wanted.channel;
    this.#due.refused();
    const joined = this.#hooks.joined();
    if (code === TOO_MANY_CHANNELS && joined.length > 0) {
      const type = name.charAt(0);
      this.#seenLimits.set(type, joined.filter((each) => each.startsWith(type)).length);
      // The server would refuse the others as well, and some do not answer for them.
      for (const each of this.#wanted.values()) {
        const isSame = each.channel.name.startsWith(type);
        if (isSame && (each.is === "pending" || each.is === "due")) this.#set(each, "full");
      }
      this.#hooks.refused(name, reason, undefined);
      return;
    }
    const pauseMs = this.#options.joinRetryMs * 2 ** Math.min(wanted.refusals, MAX_DOUBLINGS);
    wanted.refusals += 1;
    wanted.wasRefused = true;
    const retryInMs = PERMANENT.has(code) ? undefined : pauseMs;
    this.#hooks.refused(name, reason, retryInMs);
    if (retryInMs === undefined) this.#set(wanted, "none");
    else this.#joinLater(wanted, retryInMs);
  }

  #joined(channel: string): void {
    const wanted = this.#get(channel);
    if (wanted === undefined) return;
    const isLate = this.#isSettled && wanted.is !== "none";
    this.#set(wanted, "none");
    wanted.refusals = 0;
    wanted.wasRefused = false;
    if (isLate) this.#hooks.joinedLate(wanted.channel.name, this.#counts());
    this.#fill();
    this.#due.send();
    this.#checkSettled();
  }

  #joinLater(wanted: WantedChannel, ms: number): void {
    this.#set(wanted, "paused");
    wanted.cancelTimer = this.#clock.after(ms, () => {
      this.#makeDue(wanted);
      this.#due.send();
    });
  }

  #makeDue(wanted: WantedChannel): void {
    this.#set(wanted, "due");
    this.#due.add(wanted);
  }

  /** Tries a channel that waits, if there is room for it again; the next one after its answer. */
  #fill(): void {
    if (this.#due.size > 0) return;
    const types = new Set<string>();
    for (const wanted of this.#wanted.values()) {
      const type = wanted.channel.name.charAt(0);
      if (wanted.is !== "full" || types.has(type)) continue;
      types.add(type);
      if (!this.#fits(wanted)) continue;
      this.#makeDue(wanted);
      return;
    }
  }

  /** False: it is not to be joined now. Services may have joined the bot already. */
  #take(wanted: WantedChannel): boolean {
    const isIn = this.#joinedKeys().has(this.#hooks.fold(wanted.channel.name));
    if (isIn) wanted.is = "none";
    else wanted.is = this.#fits(wanted) ? "pending" : "full";
    return wanted.is === "pending";
  }

  /** As many as fit, those last that were refused before. */
  #join(all: readonly WantedChannel[]): void {
    const refused = all.filter(({ wasRefused }) => wasRefused);
    const others = all.filter(({ wasRefused }) => !wasRefused);
    for (const wanted of [...others, ...refused]) {
      this.#set(wanted, this.#fits(wanted) ? "due" : "full");
    }
    const due = (each: readonly WantedChannel[]) => each.filter(({ is }) => is === "due");
    for (const wanted of [...joinOrder(due(others)), ...due(refused)]) this.#due.add(wanted);
    this.#due.send();
  }

  /** Whether the network allows one more channel of its kind. */
  #fits({ channel: { name } }: WantedChannel): boolean {
    const seen = [...this.#seenLimits].map(([prefixes, max]) => ({ prefixes, max }));
    const limits = [...this.#hooks.limits(), ...seen];
    if (limits.length === 0) return true;
    const taken = this.#joinedKeys();
    for (const [key, { is }] of this.#wanted) if (is === "pending" || is === "due") taken.add(key);
    taken.delete(this.#hooks.fold(name));
    return hasRoom(name, [...taken], limits);
  }

  #joinedKeys(): Set<string> {
    return new Set(this.#hooks.joined().map((name) => this.#hooks.fold(name)));
  }

  #get(name: string): WantedChannel | undefined {
    return this.#wanted.get(this.#hooks.fold(name));
  }

  #set(wanted: WantedChannel, is: WantedChannel["is"]): void {
    wanted.cancelTimer?.();
    wanted.cancelTimer = undefined;
    if (wanted.is === "due") this.#due.delete(wanted);
    wanted.is = is;
  }

  #counts(): ChannelCounts {
    return countChannels(this.#wanted, this.#joinedKeys());
  }

  #checkSettled(): void {
    const isOpen = [...this.#wanted.values()].some(isUntried);
    if (!isOpen && this.#cancelSettling !== undefined) this.#settled();
  }

  #settled(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.#isSettled = true;
    this.#hooks.settled(this.#counts());
  }
}
