/**
 * Regains the wanted nick when the server gave the bot another one.
 *
 * With a login or NickServ's password, NickServ is asked for it every second time; otherwise the
 * bot sends NICK, also when the holder quits. Not so after a netsplit: its end brings the holder
 * back, and one of the two would lose the nick.
 */

import { type Clock, Timers } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcState } from "../state/irc-state.ts";

/** Milliseconds that NickServ has to free the nick, before the server is asked for it. */
const NICKSERV_WITHIN_MS = 5_000;

export interface ReclaimOptions {
  readonly nick: string;
  /** Milliseconds between attempts. */
  readonly nickCheckMs: number;
  readonly nickservPassword?: string | undefined;
}

/** `a.b c.d`: the two servers that lost their link. */
const NETSPLIT = /^[\w*-]+(\.[\w*-]+)+ [\w*-]+(\.[\w*-]+)+$/;
const UNKNOWN_COMMAND = /\b(unknown|invalid|no such) command\b/i;

export function isNetsplit(reason: string): boolean {
  return NETSPLIT.test(reason);
}

export class NickReclaim {
  readonly #options: ReclaimOptions;
  readonly #state: IrcState;
  readonly #send: (line: string) => void;
  readonly #isLoggedIn: () => boolean;
  readonly #timers: Timers;
  #asked: "REGAIN" | "GHOST" | undefined;
  #attempts = 0;

  constructor(
    options: ReclaimOptions,
    state: IrcState,
    send: (line: string) => void,
    isLoggedIn: () => boolean,
    clock: Clock,
  ) {
    this.#options = options;
    this.#state = state;
    this.#send = send;
    this.#isLoggedIn = isLoggedIn;
    this.#timers = new Timers(clock);
  }

  /** The bot is registered, and identified to services if it ever will be. */
  start(): void {
    this.#checkLater();
    if (!this.#hasIt && this.#hasServices) this.#askServices("REGAIN");
  }

  /** A line of the server, before `IrcState` receives it. */
  receive(message: IrcMessage): void {
    if (message.command === "QUIT" || message.command === "NICK") this.#holderLeft(message);
    else if (message.command === "NOTICE" && message.nick.toLowerCase() === "nickserv") {
      this.#answered(message.params.at(-1) ?? "");
    }
  }

  /** Idempotent. */
  close(): void {
    this.#timers.cancelAll();
  }

  /** As much of the wanted nick as this network allows. */
  get #wanted(): string {
    return this.#options.nick.slice(0, this.#state.rules.maxNickBytes);
  }

  get #hasIt(): boolean {
    return this.#state.isMe(this.#wanted);
  }

  get #hasServices(): boolean {
    return this.#isLoggedIn() || this.#options.nickservPassword !== undefined;
  }

  #holderLeft({ command, nick, params }: IrcMessage): void {
    if (this.#state.fold(nick) !== this.#state.fold(this.#wanted)) return;
    // Services renamed the bot itself: do not fight them.
    if (this.#state.isMe(nick)) return;
    if (command === "QUIT" && isNetsplit(params.at(-1) ?? "")) this.#checkLater();
    else this.#askServer();
  }

  #askServer(): void {
    this.#stopWaiting();
    if (!this.#hasIt) this.#send(formatLine("NICK", [this.#wanted]));
  }

  #askServices(verb: "REGAIN" | "GHOST"): void {
    const { nickservPassword } = this.#options;
    const password = this.#isLoggedIn() ? [] : [nickservPassword ?? ""];
    this.#asked = verb;
    this.#timers.set("services", NICKSERV_WITHIN_MS, () => this.#askServer());
    const text = [verb, this.#wanted, ...password].join(" ");
    this.#send(formatLine("PRIVMSG", ["NickServ", text]));
  }

  #answered(text: string): void {
    if (this.#asked === undefined) return;
    // Older services have GHOST, which frees the nick without giving it to the bot.
    if (this.#asked === "REGAIN" && UNKNOWN_COMMAND.test(text)) this.#askServices("GHOST");
    else this.#askServer();
  }

  #stopWaiting(): void {
    this.#asked = undefined;
    this.#timers.cancel("services");
  }

  #checkLater(): void {
    this.#timers.set("check", this.#options.nickCheckMs, () => {
      this.#checkLater();
      if (this.#hasIt) return;
      this.#attempts += 1;
      // Alternately: services can be away, or know the nick as somebody else's.
      if (this.#hasServices && this.#attempts % 2 === 1) this.#askServices("REGAIN");
      else this.#askServer();
    });
  }
}
