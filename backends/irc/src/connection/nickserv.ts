/** Identifies to NickServ before channels are joined. */

import type { Clock } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcOptions } from "../options.ts";

export interface NickServLoginHooks {
  send(line: string): void;
  refused(reason: string): void;
  /** Accepted, refused or not answered in time. Once. */
  done(): void;
}

export class NickServLogin {
  readonly #hooks: NickServLoginHooks;
  #cancelTimer: (() => void) | undefined;

  /** Starts at once. */
  constructor(
    { nick, identifyWaitMs }: Pick<IrcOptions, "nick" | "identifyWaitMs">,
    password: string,
    hooks: NickServLoginHooks,
    clock: Clock,
  ) {
    this.#hooks = hooks;
    this.#cancelTimer = clock.after(identifyWaitMs, () => this.#done());
    hooks.send(formatLine("PRIVMSG", ["NickServ", `IDENTIFY ${nick} ${password}`]));
  }

  receive(message: IrcMessage): void {
    const answer = nickServAnswer(message);
    if (answer === undefined || this.#cancelTimer === undefined) return;
    if (!answer.accepted) this.#hooks.refused(answer.reason);
    this.#done();
  }

  /** Idempotent. */
  close(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #done(): void {
    this.close();
    this.#hooks.done();
  }
}

const RPL_LOGGEDIN = "900";
const ERR_NOSUCHNICK = "401";
const NAME = "nickserv";

/** The English answers of the services in use (Atheme, Anope and relatives). */
const ACCEPTED = /\b(now|already|are) (identified|recogni[sz]ed|logged in)\b|password accepted/i;
const REFUSED =
  /\b(invalid|incorrect|wrong|denied|failed|frozen|suspended|too many)\b|\b(not|isn't|n't) (a |currently )?registered\b/i;

/**
 * undefined: not an answer to IDENTIFY. NickServ greets users of a registered nick with notices,
 * which often come between IDENTIFY and its answer. An answer in another language is recognised by
 * its numeric or mode; without these, `identifyWaitMs` ends the wait.
 */
export function nickServAnswer(
  message: IrcMessage,
): { readonly accepted: boolean; readonly reason: string } | undefined {
  const { command, nick, params } = message;
  const reason = params.at(-1) ?? "";
  if (command === RPL_LOGGEDIN) return { accepted: true, reason };
  if (command === "MODE") {
    return /^\+\w*r/.test(params[1] ?? "") ? { accepted: true, reason } : undefined;
  }
  if (command === ERR_NOSUCHNICK && params[1]?.toLowerCase() === NAME) {
    return { accepted: false, reason };
  }
  if (command !== "NOTICE" || nick.toLowerCase() !== NAME) return undefined;
  if (ACCEPTED.test(reason)) return { accepted: true, reason };
  return REFUSED.test(reason) ? { accepted: false, reason } : undefined;
}
