/** Runs requests: those of one conversation in order, no faster than servers like, and in core's time. */
import {
  type Clock,
  type PerChannelQueue,
  perChannelQueue,
  Refused,
  type RequestInfo,
  type Target,
  type TokenBucket,
  tokenBucket,
} from "@seabird-chat/sdk/backend";
import { StanzaError } from "../connection/hooks.ts";
import { refusalOfError } from "./refusal.ts";

/** Milliseconds before core gives up, in which the answer gets there. */
const ANSWER_MS = 500;
/** Milliseconds that a request may wait for its turn. */
const MAX_WAIT_MS = 9_000;
/** Messages at once, and milliseconds for one more: prosody slows down who sends more than 10 kB/s (mod_limits). */
const PACE = { size: 20, everyMs: 100 };

export class RequestQueue {
  readonly #clock: Clock;
  readonly #queue: PerChannelQueue;
  readonly #pace: TokenBucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#queue = perChannelQueue({ clock, maxWaitMs: MAX_WAIT_MS });
    this.#pace = tokenBucket({ ...PACE, clock });
  }

  /**
   * Calls `work` when everything before it in the conversation has ended. Its signal is aborted when nobody
   * waits any more, and shortly before core gives up. What the server refuses is Refused here.
   */
  async run<Result>(
    to: Target,
    request: RequestInfo,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const late = new AbortController();
    const leftMs = request.deadlineMs - ANSWER_MS - this.#clock.now();
    let isBegun = false;
    const expire = () => late.abort(new Refused(isBegun ? TOO_LATE : NOT_BEGUN));
    const cancel = this.#clock.after(Math.max(0, leftMs), expire);
    const signal = AbortSignal.any([request.signal, late.signal]);
    try {
      const begin = () => {
        isBegun = true;
        return work(signal);
      };
      return await this.#queue.run(`${to.kind} ${to.id}`, begin, signal);
    } catch (reason) {
      // A server's refusal is its answer, and no fault of the backend.
      throw reason instanceof StanzaError ? new Refused(refusalOfError(reason)) : reason;
    } finally {
      cancel();
    }
  }

  /** Resolves when one more message may be sent. Throws Refused if the signal is aborted before. */
  async mayAnotherBeSent(signal: AbortSignal): Promise<void> {
    if (await this.#pace.take(1, signal)) return;
    throw new Refused("too much is sent at once; this waited too long");
  }
}

const TOO_LATE = "the network took too long; it may or may not have been sent";
const NOT_BEGUN = "not sent: the network took too long with what was before";
