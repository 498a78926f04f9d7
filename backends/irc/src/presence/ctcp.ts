/**
 * What other people's clients ask ours (CTCP), and the polite answers. Pure.
 *
 * People look with VERSION at what a bot is and with PING how far away, and some networks ask
 * every client that comes. Channel-wide questions are not answered: every client would.
 */
import { stripControls } from "../formatting/codes.ts";

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
