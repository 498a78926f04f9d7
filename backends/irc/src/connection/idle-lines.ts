/** Lines that may come late: the bot's mode, and the question who is in a channel. Pure. */
import type { IrcEvent } from "../state/irc-event.ts";
import type { IrcState } from "../state/irc-state.ts";
import { WHO_TOKEN } from "../state/users.ts";

/** People in a channel; of one with more it is not asked: servers end connections by long answers. */
const MAX_ASKED_PEOPLE = 1_000;

/** The bot says that it is one. */
export function linesAfterWelcome({ nick, rules }: Pick<IrcState, "nick" | "rules">): string[] {
  return rules.botMode === undefined ? [] : [`MODE ${nick} +${rules.botMode}`];
}

/** After a join: the accounts of those who were there before, and whether they are bots (WHOX). */
export function linesAfter(
  event: IrcEvent,
  state: Pick<IrcState, "rules" | "membersOf">,
): string[] {
  if (event.kind !== "joined" || !state.rules.hasWhox) return [];
  const count = state.membersOf(event.channel)?.people.length ?? 0;
  return count > MAX_ASKED_PEOPLE ? [] : [`WHO ${event.channel} %tnfa,${WHO_TOKEN}`];
}
