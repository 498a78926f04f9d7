/** Answers the questions of other people's clients (CTCP) on a connection, and not too many. */
import { Allowance } from "./allowance.ts";
import { answerQuery } from "./ctcp.ts";
import type { FloodClock, FloodQueue } from "./flood-queue.ts";
import { MAX_QUERY_BURST, QUERY_INTERVAL_MS } from "./limits.ts";

export class CtcpAnswers {
  readonly #queue: FloodQueue;
  readonly #allowance: Allowance;

  constructor(queue: FloodQueue, clock: FloodClock) {
    this.#queue = queue;
    this.#allowance = new Allowance(MAX_QUERY_BURST, QUERY_INTERVAL_MS, clock);
  }

  answer(nick: string, query: string): void {
    const answer = answerQuery(nick, query);
    if (answer === undefined || !this.#allowance.take()) return;
    this.#queue.soon(answer);
  }
}
