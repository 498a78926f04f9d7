/**
 * What other people's clients ask ours (CTCP), and the polite answers. Pure.
 *
 * People look with VERSION at what a bot is and with PING how far away, and some networks ask
 * every client that comes. Channel-wide questions are not answered: every client would.
 */

import type { Clock } from "../clock.ts";
import { stripControls } from "../formatting/codes.ts";
import type { FloodQueue } from "../requests/flood-queue.ts";
import { RateLimiter } from "../requests/rate-limiter.ts";

/** Queries that are answered at once after a pause; further ones are ignored. */
const MAX_QUERY_BURST = 3;
/** Milliseconds until one more query is answered. */
const QUERY_INTERVAL_MS = 10_000;

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
    this.#queue.addPriority(answer);
  }
}

const NAME = "Seabird (https://github.com/seabird-chat)";

type AnswerQuery = (argument: string, now: Date) => string;

const ANSWERS: ReadonlyMap<string, AnswerQuery> = new Map<string, AnswerQuery>([
  ["VERSION", () => `VERSION ${NAME}`],
  ["PING", (argument) => `PING ${argument}`.trimEnd()],
  ["TIME", (_, now) => `TIME ${now.toISOString().replace(/\.\d+/, "")}`],
  ["CLIENTINFO", () => "CLIENTINFO ACTION CLIENTINFO PING TIME VERSION"],
]);

/** Code units of a PING that are given back. */
const MAX_ARGUMENT = 100;

/** The line that answers `query` of `nick`; undefined if it is none of ours to answer. */
export function answerQuery(nick: string, query: string, now: Date): string | undefined {
  const [name = ""] = query.split(" ", 1);
  const answer = ANSWERS.get(name.toUpperCase());
  if (answer === undefined) return undefined;
  const argument = stripControls(query.slice(name.length + 1)).slice(0, MAX_ARGUMENT);
  return `NOTICE ${nick} :\x01${answer(argument.toWellFormed(), now)}\x01`;
}
