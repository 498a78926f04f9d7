/**
 * Gets the wanted nick back when the server gave us another.
 *
 * With services that know us (a login, or NickServ's password) NickServ is asked, now and then;
 * else, and in between, the nick is simply asked for, also when its holder leaves. A holder who
 * went with a netsplit comes back with it, and would lose the nick or take it from us.
 */

import type { Clock } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcState } from "../presence/irc-state.ts";

/** Milliseconds that NickServ has to free the nick, before the server is asked for it. */
const NICKSERV_WITHIN_MS = 5_000;

export interface ReclaimOptions {
  readonly nick: string;
  /** Milliseconds between attempts. */
  readonly nickCheckMs: number;
  readonly nickservPassword?: string | undefined;
}

/** `a.b c.d`: the servers that lost each other. */
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
  readonly #clock: Clock;
  readonly #timers = new Map<"check" | "services", () => void>();
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
    this.#clock = clock;
  }

  /** We are on the network, and services know us if they ever will. */
  start(): void {
    this.#checkLater();
    if (!this.#hasIt && this.#hasServices) this.#askServices("REGAIN");
  }

  /** Before the network's state takes the line in. */
  receive(message: IrcMessage): void {
    if (message.command === "QUIT" || message.command === "NICK") this.#wasFreed(message);
    else if (message.command === "NOTICE" && message.nick.toLowerCase() === "nickserv") {
      this.#answered(message.params.at(-1) ?? "");
    }
  }

  /** Idempotent. */
  close(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
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

  #wasFreed({ command, nick, params }: IrcMessage): void {
    if (this.#state.fold(nick) !== this.#state.fold(this.#wanted)) return;
    // When it is ourselves who were renamed, services did it: no fight with them.
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
    this.#timer("services", NICKSERV_WITHIN_MS, () => this.#askServer());
    const words = [verb, this.#wanted, ...password].join(" ");
    this.#send(formatLine("PRIVMSG", ["NickServ", words]));
  }

  #answered(text: string): void {
    if (this.#asked === undefined) return;
    // GHOST is what services had before REGAIN; after it the nick is free, not yet ours.
    if (this.#asked === "REGAIN" && UNKNOWN_COMMAND.test(text)) this.#askServices("GHOST");
    else this.#askServer();
  }

  #stopWaiting(): void {
    this.#asked = undefined;
    this.#timers.get("services")?.();
    this.#timers.delete("services");
  }

  #checkLater(): void {
    this.#timer("check", this.#options.nickCheckMs, () => {
      this.#checkLater();
      if (this.#hasIt) return;
      this.#attempts += 1;
      // By turns: services can be away, or know the nick as somebody else's.
      if (this.#hasServices && this.#attempts % 2 === 1) this.#askServices("REGAIN");
      else this.#askServer();
    });
  }

  #timer(name: "check" | "services", ms: number, then: () => void): void {
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#clock.after(ms, then));
  }
}
