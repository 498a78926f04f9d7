/**
 * Answers CTCP queries of other users, at a limited rate.
 *
 * Users send VERSION to see what a bot is and PING to see how far away, and some networks query
 * every client. Queries to a whole channel are not answered, since every client there would.
 */
import type { Clock } from "../clock.ts";
import { stripControls } from "../formatting/codes.ts";
import type { FloodQueue } from "../requests/flood-queue.ts";
import { RateLimiter } from "../requests/rate-limiter.ts";

/** Queries that are answered at once after a pause; further ones are ignored. */
const MAX_QUERY_BURST = 3;
/** Milliseconds until one more query is answered. */
const QUERY_INTERVAL_MS = 10_000;

/** The time of day is that of the machine, unless the clock has one. */
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

/** Code units of an argument that are returned. */
const MAX_ARGUMENT = 100;

/** The line that answers `query` of `nick`; undefined for a query that is not answered. */
export function answerQuery(nick: string, query: string, now: Date): string | undefined {
  const [name = ""] = query.split(" ", 1);
  const answer = ANSWERS.get(name.toUpperCase());
  if (answer === undefined) return undefined;
  const argument = stripControls(query.slice(name.length + 1)).slice(0, MAX_ARGUMENT);
  return `NOTICE ${nick} :\x01${answer(argument.toWellFormed(), now)}\x01`;
}
