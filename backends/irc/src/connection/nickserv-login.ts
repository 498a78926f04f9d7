/** Tells NickServ the password before channels are joined, and waits a little for its answer. */

import type { Clock } from "../clock.ts";
import { stripCodes } from "../formatting/codes.ts";
import { formatLine } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcOptions } from "../options.ts";
import { nickServAnswer } from "./nickserv.ts";

export interface NickServLoginHooks {
  send(line: string): void;
  refused(reason: string): void;
  /** Whatever came of it, it is time to go on. Once. */
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
    if (!answer.accepted) this.#hooks.refused(stripCodes(answer.reason));
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
