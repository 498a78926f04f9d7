/**
 * The channels to be in: those of the settings and those joined on request.
 *
 * They are joined after each connect, as many as the network allows. A refused JOIN is repeated after
 * a pause that doubles; where the bot is in too many channels, the others wait until it leaves one.
 * Such attempts are made one by one, behind messages, since servers delay a client that fails often.
 * A channel that the bot left is not wanted any more, nor is one from which it was kicked, since a
 * person decided that; with `rejoin` the bot returns after a kick.
 */

import type { Clock } from "../clock.ts";
import type { ChannelToJoin, IrcOptions } from "../options.ts";
import type { IrcEvent } from "../state/irc-event.ts";
import { MAX_CHANNELS } from "../state/irc-state.ts";
import { type ChannelLimit, hasRoom } from "../state/network-rules.ts";
import { SpacedQueue } from "./spaced-queue.ts";

/** Milliseconds after the welcome at which channels count as settled, joined or not. */
const SETTLE_WITHIN_MS = 10_000;

export interface ChannelCounts {
  readonly wanted: number;
  /** Of those that are wanted. */
  readonly joined: number;
  /** Not tried before the bot leaves a channel: it is in as many as the network allows. */
  readonly waiting: number;
}

export interface WantedChannelsHooks {
  /** The form of a name in which equal names are equal, by the network's current rules. */
  fold(name: string): string;
  /** How many channels the network allows. */
  limits(): readonly ChannelLimit[];
  /** The channels that the bot is in. */
  joined(): readonly string[];
  /** Joins at once. */
  join(channels: readonly ChannelToJoin[]): void;
  /** Joins when nothing else waits to be sent. */
  joinIdle(channel: ChannelToJoin): void;
  /** It is not tried again if `retryInMs` is undefined. */
  refused(channel: string, reason: string, retryInMs: number | undefined): void;
  /** Every channel was joined or refused, or waits. At most once per connection. */
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

interface Wanted {
  channel: ChannelToJoin;
  refusals: number;
  /**
   * `pending`: a JOIN was sent and is not answered. `paused`: a timer runs until the next attempt.
   * `due`: it is tried next. `full`: it waits until the bot leaves a channel. `none`: joined, or
   * refused for good.
   */
  is: "none" | "pending" | "paused" | "due" | "full";
  cancelTimer?: (() => void) | undefined;
}

export class WantedChannels {
  readonly #options: Options;
  readonly #hooks: WantedChannelsHooks;
  readonly #clock: Clock;
  /** By folded name. */
  #wanted = new Map<string, Wanted>();
  readonly #due: SpacedQueue<Wanted>;
  /** First characters of names of which the server allows no further channel. */
  readonly #fullTypes = new Set<string>();
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
    this.#due = new SpacedQueue(
      { attempt: (wanted) => this.#attempt(wanted), isUnanswered: ({ is }) => is === "pending" },
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
      this.#wanted.set(this.#hooks.fold(channel.name), { channel, refusals: 0, is: "none" });
    }
  }

  /** As `want`, for a channel that was joined on request: its known spelling and key stay. */
  wantJoined({ name, key }: ChannelToJoin): void {
    const known = this.#get(name)?.channel;
    this.want({ name: known?.name ?? name, key: key ?? known?.key });
  }

  /** Joins these channels now, if they are wanted. */
  join(names: readonly string[]): void {
    this.#join(names.flatMap((name) => this.#get(name) ?? []));
  }

  forget(name: string): void {
    const wanted = this.#get(name);
    if (wanted === undefined) return;
    this.#wanted.delete(this.#hooks.fold(name));
    this.#set(wanted, "none");
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
    this.#fullTypes.clear();
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
    this.#fullTypes.clear();
    this.#fill();
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
    this.#checkSettled();
  }

  #refused(wanted: Wanted, code: string, reason: string): void {
    const { name } = wanted.channel;
    if (code === TOO_MANY_CHANNELS && this.#hooks.joined().length > 0) {
      this.#fullTypes.add(name.charAt(0));
      // The server would refuse the others as well, and some do not answer for them.
      for (const each of this.#wanted.values()) {
        const isSame = each.channel.name.startsWith(name.charAt(0));
        if (isSame && (each.is === "pending" || each.is === "due")) this.#set(each, "full");
      }
      this.#hooks.refused(name, reason, undefined);
      return;
    }
    const pauseMs = this.#options.joinRetryMs * 2 ** Math.min(wanted.refusals, MAX_DOUBLINGS);
    wanted.refusals += 1;
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
    if (isLate) this.#hooks.joinedLate(wanted.channel.name, this.#counts());
    this.#fill();
    this.#checkSettled();
  }

  #joinLater(wanted: Wanted, ms: number): void {
    this.#set(wanted, "paused");
    wanted.cancelTimer = this.#clock.after(ms, () => this.#makeDue(wanted));
  }

  #makeDue(wanted: Wanted): void {
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

  #attempt(wanted: Wanted): boolean {
    wanted.is = this.#fits(wanted) ? "pending" : "full";
    if (wanted.is === "full") return false;
    this.#hooks.joinIdle(wanted.channel);
    return true;
  }

  #join(all: readonly Wanted[]): void {
    const now: ChannelToJoin[] = [];
    for (const wanted of all) {
      this.#set(wanted, this.#fits(wanted) ? "pending" : "full");
      if (wanted.is === "pending") now.push(wanted.channel);
    }
    if (now.length > 0) this.#hooks.join(now);
  }

  /** Whether the network allows one more channel of its kind. */
  #fits({ channel: { name } }: Wanted): boolean {
    if (this.#fullTypes.has(name.charAt(0))) return false;
    const limits = this.#hooks.limits();
    if (limits.length === 0) return true;
    const taken = new Set(this.#hooks.joined().map((each) => this.#hooks.fold(each)));
    for (const [key, { is }] of this.#wanted) if (is === "pending" || is === "due") taken.add(key);
    taken.delete(this.#hooks.fold(name));
    return hasRoom(name, [...taken], limits);
  }

  #get(name: string): Wanted | undefined {
    return this.#wanted.get(this.#hooks.fold(name));
  }

  #set(wanted: Wanted, is: Wanted["is"]): void {
    wanted.cancelTimer?.();
    wanted.cancelTimer = undefined;
    if (wanted.is === "due") this.#due.delete(wanted);
    wanted.is = is;
  }

  #counts(): ChannelCounts {
    const joined = new Set(this.#hooks.joined().map((name) => this.#hooks.fold(name)));
    return {
      wanted: this.#wanted.size,
      joined: [...this.#wanted.keys()].filter((key) => joined.has(key)).length,
      waiting: [...this.#wanted.values()].filter(({ is }) => is === "full").length,
    };
  }

  #checkSettled(): void {
    const isOpen = [...this.#wanted.values()].some(({ is }) => is === "pending");
    if (!isOpen && this.#cancelSettling !== undefined) this.#settled();
  }

  #settled(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.#isSettled = true;
    this.#hooks.settled(this.#counts());
  }
}
