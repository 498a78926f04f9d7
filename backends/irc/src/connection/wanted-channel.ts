/** A channel to be in, where its JOIN stands, and how many there are of each kind. Pure. */
import type { ChannelToJoin } from "../options.ts";

export interface WantedChannel {
  channel: ChannelToJoin;
  /** Since the bot was in it, on this connection. */
  refusals: number;
  /**
   * `pending`: a JOIN was sent and is not answered. `paused`: a timer runs until the next attempt.
   * `due`: it waits in the queue. `full`: it waits until the bot leaves a channel. `none`: joined, or
   * refused for good.
   */
  is: "none" | "pending" | "paused" | "due" | "full";
  /** The last attempt was refused, be it on an earlier connection. */
  wasRefused: boolean;
  cancelTimer?: (() => void) | undefined;
}

export interface ChannelCounts {
  readonly wanted: number;
  /** Of those that are wanted. */
  readonly joined: number;
  /** Not tried before the bot leaves a channel: it is in as many as the network allows. */
  readonly waiting: number;
  /** Their first attempt on this connection is still to come, or to be answered. */
  readonly untried: number;
}

/** Whether its first attempt on this connection is still to come, or to be answered. */
export function isUntried({ is, refusals }: WantedChannel): boolean {
  return refusals === 0 && (is === "due" || is === "pending");
}

/** `all` and `joined` are by folded name. */
export function countChannels(
  all: ReadonlyMap<string, WantedChannel>,
  joined: ReadonlySet<string>,
): ChannelCounts {
  const channels = [...all.values()];
  return {
    wanted: all.size,
    joined: [...all.keys()].filter((key) => joined.has(key)).length,
    waiting: channels.filter(({ is }) => is === "full").length,
    untried: channels.filter(isUntried).length,
  };
}
