/** Answers the questions of other people's clients (CTCP) on a connection, and not too many. */

import type { Clock } from "../clock.ts";
import { MAX_QUERY_BURST, QUERY_INTERVAL_MS } from "../limits.ts";
import type { FloodQueue } from "../requests/flood-queue.ts";
import { RateLimiter } from "../requests/rate-limiter.ts";
import { answerQuery } from "./ctcp.ts";

/** The time of day is the machine's, unless the clock knows one. */
type DayClock = Clock & { wallMs?(): number };

export class CtcpAnswers {
  readonly #queue: FloodQueue;
  readonly #clock: DayClock;
  readonly #limiter: RateLimiter;

  constructor(queue: FloodQueue, clock: DayClock) {
    this.#queue = queue;
    this.#clock = clock;
    this.#limiter = new RateLimiter(MAX_QUERY_BURST, QUERY_INTERVAL_MS, clock);
  }

  answer(nick: string, query: string): void {
    const now = new Date(this.#clock.wallMs?.() ?? Date.now());
    const answer = answerQuery(nick, query, now);
    if (answer === undefined || !this.#limiter.take()) return;
    this.#queue.soon(answer);
  }
}
