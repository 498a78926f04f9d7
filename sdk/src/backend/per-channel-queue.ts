/** Sends the messages of one channel in order, while channels do not wait for each other. */
import { type Clock, systemClock } from "../link/clock.ts";
import { checkLimit } from "../link/limits.ts";
import { Refused } from "./backend-errors.ts";

export interface PerChannelQueueOptions {
  /** What may wait over all channels; one more is refused. Default 1,000. */
  readonly maxWaiting?: number | undefined;
  /** What waited longer when its turn comes is refused: it is stale. Default 30,000. */
  readonly maxWaitMs?: number | undefined;
  /** Default: the machine's; a backend gives `host.clock`. */
  readonly clock?: Clock | undefined;
}

export interface PerChannelQueue {
  /**
   * Runs `work` when everything before it in the same channel has ended, whether well or not.
   * Rejects with what it throws; with a `Refused` if too many wait, if it waited too long, or if
   * the signal was aborted before its turn.
   */
  run<Result>(
    channel: string,
    work: () => Result | Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
  /** What waits, over all channels. */
  readonly waiting: number;
}

const DEFAULT_MAX_WAITING = 1_000;
const DEFAULT_MAX_WAIT_MS = 30_000;

/** Throws a SeabirdError `bad_option` for limits that are no whole numbers from 1. */
export function perChannelQueue(options: PerChannelQueueOptions = {}): PerChannelQueue {
  const { maxWaiting = DEFAULT_MAX_WAITING, maxWaitMs = DEFAULT_MAX_WAIT_MS } = options;
  const { clock = systemClock } = options;
  checkLimit("maxWaiting", maxWaiting);
  checkLimit("maxWaitMs", maxWaitMs);
  const last = new Map<string, Promise<unknown>>();
  let waiting = 0;

  const checkTurn = (sinceMs: number, signal: AbortSignal | undefined) => {
    if (signal?.aborted) throw new Refused("nobody waits for it any more");
    const waitedMs = clock.now() - sinceMs;
    if (waitedMs <= maxWaitMs) return;
    throw new Refused(`it waited ${Math.round(waitedMs / 1_000)} s for its turn and is stale`);
  };
  return {
    get waiting() {
      return waiting;
    },
    run(channel, work, signal) {
      if (waiting >= maxWaiting) {
        return Promise.reject(new Refused(`${maxWaiting} messages wait to be sent already`));
      }
      const sinceMs = clock.now();
      waiting++;
      const before = last.get(channel) ?? Promise.resolve();
      const mine = before.then(() => {
        waiting--;
        checkTurn(sinceMs, signal);
        return work();
      });
      const settled = mine.then(
        () => undefined,
        () => undefined,
      );
      last.set(channel, settled);
      void settled.then(() => {
        if (last.get(channel) === settled) last.delete(channel);
      });
      return mine;
    },
  };
}
