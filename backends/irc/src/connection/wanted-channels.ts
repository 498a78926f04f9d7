/**
 * The channels to be in: those of the settings and those joined on request.
 *
 * They are joined after each connect. A refused JOIN is repeated after a pause that doubles. A
 * channel that the bot left is not wanted any more, nor is one from which it was kicked, since a
 * person decided that; with `rejoin` the bot returns after a kick.
 */

import type { Clock } from "../clock.ts";
import type { ChannelToJoin, IrcOptions } from "../options.ts";
import type { IrcEvent } from "../presence/irc-event.ts";
import { MAX_CHANNELS } from "../presence/irc-state.ts";

/** Milliseconds after the welcome at which channels count as settled, joined or not. */
const SETTLE_WITHIN_MS = 10_000;

export interface WantedChannelsHooks {
  /** The form of a name in which equal names are equal, by the network's current rules. */
  fold(name: string): string;
  join(channels: readonly ChannelToJoin[]): void;
  /** It is not tried again if `retryInMs` is undefined. */
  refused(channel: string, reason: string, retryInMs: number | undefined): void;
  /** Every channel was joined or refused. At most once per connection. */
  settled(): void;
}

type Options = Pick<IrcOptions, "rejoin" | "rejoinAfterMs" | "joinRetryMs">;

/** How often the pause before another attempt doubles. */
const MAX_DOUBLINGS = 4;

/** Errors that a retry does not change: no such channel, invalid name. */
const PERMANENT = new Set(["403", "476", "479"]);

export class WantedChannels {
  readonly #options: Options;
  readonly #hooks: WantedChannelsHooks;
  readonly #clock: Clock;
  /** By folded name, like the others. */
  #wanted = new Map<string, ChannelToJoin>();
  /** Sent in a JOIN that is not answered. */
  readonly #pending = new Set<string>();
  readonly #refusals = new Map<string, number>();
  readonly #timers = new Map<string, () => void>();
  #cancelSettling: (() => void) | undefined;

  constructor(
    channels: readonly ChannelToJoin[],
    options: Options,
    hooks: WantedChannelsHooks,
    clock: Clock,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    for (const channel of channels) this.#wanted.set(hooks.fold(channel.name), channel);
  }

  all(): readonly ChannelToJoin[] {
    return [...this.#wanted.values()];
  }

  want(channel: ChannelToJoin): void {
    const key = this.#hooks.fold(channel.name);
    if (this.#wanted.size < MAX_CHANNELS || this.#wanted.has(key)) this.#wanted.set(key, channel);
  }

  /** As `want`, for a channel that was joined on request: its known spelling and key stay. */
  wantJoined({ name, key }: ChannelToJoin): void {
    const known = this.#wanted.get(this.#hooks.fold(name));
    this.want({ name: known?.name ?? name, key: key ?? known?.key });
  }

  /** Joins these channels now, if they are wanted. */
  join(names: readonly string[]): void {
    const keys = names.map((name) => this.#hooks.fold(name));
    for (const key of keys) this.#cancelTimer(key);
    this.#join(keys);
  }

  forget(name: string): void {
    const key = this.#hooks.fold(name);
    this.#wanted.delete(key);
    this.#stopTrying(key);
  }

  /** The bot is registered, and a JOIN was just sent for every channel. */
  welcomed(): void {
    // The rules for equal names are known only now.
    this.#wanted = new Map(this.all().map((each) => [this.#hooks.fold(each.name), each]));
    for (const key of this.#wanted.keys()) this.#pending.add(key);
    this.#cancelSettling = this.#clock.after(SETTLE_WITHIN_MS, () => this.#settled());
    this.#checkSettled();
  }

  /** The connection is lost: no attempts until the next one. */
  offline(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#refusals.clear();
    this.#pending.clear();
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
  }

  receive(event: IrcEvent): void {
    if (event.kind === "joined") this.#joined(event.channel);
    else if (event.kind === "left" && event.why === "part") this.forget(event.channel);
    else if (event.kind === "left" && event.why === "kick") this.#kicked(event.channel);
  }

  /** An error that names a channel; it need not concern a JOIN. */
  refused(channel: string, numeric: string, reason: string): void {
    const key = this.#hooks.fold(channel);
    const wanted = this.#wanted.get(key);
    if (!this.#pending.delete(key) || wanted === undefined) return;
    const times = this.#refusals.get(key) ?? 0;
    this.#refusals.set(key, times + 1);
    const pauseMs = this.#options.joinRetryMs * 2 ** Math.min(times, MAX_DOUBLINGS);
    const retryInMs = PERMANENT.has(numeric) ? undefined : pauseMs;
    this.#hooks.refused(wanted.name, reason, retryInMs);
    if (retryInMs !== undefined) this.#joinLater(key, retryInMs);
    this.#checkSettled();
  }

  #joined(channel: string): void {
    const key = this.#hooks.fold(channel);
    this.#pending.delete(key);
    this.#stopTrying(key);
    this.#checkSettled();
  }

  #kicked(channel: string): void {
    const key = this.#hooks.fold(channel);
    if (this.#options.rejoin !== true) this.forget(channel);
    else if (this.#wanted.has(key)) this.#joinLater(key, this.#options.rejoinAfterMs);
  }

  #joinLater(key: string, ms: number): void {
    this.#cancelTimer(key);
    const join = () => {
      this.#timers.delete(key);
      this.#join([key]);
    };
    this.#timers.set(key, this.#clock.after(ms, join));
  }

  #join(keys: readonly string[]): void {
    const channels = keys.flatMap((key) => this.#wanted.get(key) ?? []);
    if (channels.length === 0) return;
    for (const { name } of channels) this.#pending.add(this.#hooks.fold(name));
    this.#hooks.join(channels);
  }

  #stopTrying(key: string): void {
    this.#cancelTimer(key);
    this.#refusals.delete(key);
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }

  #checkSettled(): void {
    if (this.#pending.size === 0 && this.#cancelSettling !== undefined) this.#settled();
  }

  #settled(): void {
    this.#cancelSettling?.();
    this.#cancelSettling = undefined;
    this.#hooks.settled();
  }
}
