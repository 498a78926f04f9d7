/**
 * Registers with the server, from the first byte to its welcome: first the list of capabilities,
 * then password, nick and user, then the login (SASL), then `CAP END`.
 *
 * A server that requires TLS (STS) is left before a nick or a password is sent. With one that knows
 * no capabilities, or does not answer for `capWaitMs`, the registration is that of RFC 1459.
 */

import type { Clock } from "../clock.ts";
import { formatLine } from "../message/format-line.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { IrcOptions, SaslOptions } from "../options.ts";
import { TRY_AGAIN } from "../requests/error-attribution.ts";
import { Caps, WANTED_CAPS } from "./caps.ts";
import type { ConnectionStatus } from "./hooks.ts";
import { NickCandidates } from "./nick-candidates.ts";
import { SaslLogin, type SaslOutcome } from "./sasl.ts";

type LoginStatus = Extract<ConnectionStatus, { status: "logged_in" | "login_failed" }>;

export interface HandshakeHooks {
  send(line: string): void;
  /** Takes the value of `sts`. True: leave this connection. */
  strictTransport(value: string): boolean;
  /**
   * The registration failed. A refusal: the server does not accept the password or the bot. With a
   * setting, no attempt succeeds until a person changes that.
   */
  failed(reason: string, isRefusal: boolean, setting?: string): void;
  isMe(nick: string): boolean;
  /** The login succeeded, or failed and is not required. */
  status(status: LoginStatus): void;
  /** Numeric 001 has come. */
  welcomed(): void;
}

const RPL_WELCOME = "001";
const RPL_LOGGEDIN = "900";
const RPL_LOGGEDOUT = "901";
const NICK_TAKEN = new Set(["432", "433", "436", "437"]);
/** Errors of a server that does not know CAP: unknown command, not registered. */
const NO_CAPS = new Set(["421", "451"]);
const INVALID_NICK = "432";
const INVALID_USER = "468";
/** Wrong password, banned. */
const REFUSALS = new Set(["464", "465"]);
/** The texts with which servers that have no numeric for it close the connection. */
const BAD_USER_IN_WORDS = /^(closing link: .*)?invalid user ?name/i;
const REFUSED_IN_WORDS =
  /\b(?:(?:bad|wrong|invalid) password|password (?:mismatch|incorrect))|access denied|\bbanned\b|[gkqz]-?lined\b/i;

export class Handshake {
  readonly caps: Caps;
  readonly #options: IrcOptions;
  readonly #hooks: HandshakeHooks;
  readonly #clock: Clock;
  readonly #nicks: NickCandidates;
  #login: SaslLogin | undefined;
  #phase: "listing" | "registering" | "welcomed" | "over" = "listing";
  #isLoggedIn = false;
  #account: string | undefined;
  /** The server has refused the login: no further attempt on this connection. */
  #isRefused = false;
  #hasEnded = false;
  #cancelTimer: () => void = () => undefined;

  constructor(options: IrcOptions, hooks: HandshakeHooks, clock: Clock) {
    this.#options = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#nicks = new NickCandidates(options.nick, Math.random);
    const wanted = options.sasl === undefined ? WANTED_CAPS : [...WANTED_CAPS, "sasl"];
    this.caps = new Caps(wanted, {
      send: hooks.send,
      listed: () => this.#listed(),
      agreed: () => this.#agreed(),
      tooMany: () => hooks.failed("the server's list of capabilities does not end", false),
    });
  }

  /** The account by which services identify the bot; undefined: none. */
  get account(): string | undefined {
    return this.#account;
  }

  /** The socket is open. */
  start(): void {
    this.caps.list();
    this.#wait(this.#options.capWaitMs, () => this.#withoutCaps());
  }

  /** Each line of the server, as long as the connection lasts: capabilities may change. */
  receive(message: IrcMessage): void {
    if (this.#phase === "over") return;
    this.caps.receive(message);
    if (this.#leavesForNewSts(message)) return;
    this.#learnAccount(message);
    const outcome = this.#login?.receive(message);
    if (outcome !== undefined) this.#loggedIn(outcome);
    if (this.#phase === "listing" && NO_CAPS.has(message.command)) this.#withoutCaps();
    if (this.#phase === "listing" || this.#phase === "registering") this.#register(message);
  }

  /** Idempotent. */
  close(): void {
    this.#phase = "over";
    this.#cancelTimer();
  }

  /** A server may also offer `sts` later: without TLS to require it, over TLS to renew the policy. */
  #leavesForNewSts({ command, params }: IrcMessage): boolean {
    if (command !== "CAP" || params[1]?.toUpperCase() !== "NEW") return false;
    const sts = this.caps.offered.get("sts");
    if (sts === undefined || !/(^| )sts=/.test(params.at(-1) ?? "")) return false;
    return this.#leavesForSts(sts);
  }

  #leavesForSts(sts: string): boolean {
    const leaves = this.#hooks.strictTransport(sts);
    if (leaves) this.close();
    return leaves;
  }

  #learnAccount({ command, nick, params }: IrcMessage): void {
    const before = this.#account;
    if (command === RPL_LOGGEDIN) this.#account = params[2];
    else if (command === RPL_LOGGEDOUT) this.#account = undefined;
    else if (command === "ACCOUNT" && this.#hooks.isMe(nick)) {
      this.#account = params[0] === "*" ? undefined : params[0];
    }
    if (this.#account !== undefined && this.#account !== before) {
      this.#hooks.status({ status: "logged_in", account: this.#account });
    }
  }

  #listed(): void {
    const sts = this.caps.offered.get("sts");
    const isEarly = this.#phase === "listing" || this.#phase === "registering";
    if (sts !== undefined && isEarly && this.#leavesForSts(sts)) return;
    if (this.#phase !== "listing") {
      // The list came after capWaitMs: treated like CAP NEW.
      this.caps.request();
      return;
    }
    this.#cancelTimer();
    if (this.#failsWithoutLogin("the server offers no login (SASL)", this.caps.offered.has("sasl")))
      return;
    this.#sendIdentity();
    if (!this.caps.request()) this.#agreed();
  }

  #withoutCaps(): void {
    this.#cancelTimer();
    // Of an incomplete list, what has come counts.
    const sts = this.caps.offered.get("sts");
    if (sts !== undefined && this.#leavesForSts(sts)) return;
    if (this.#failsWithoutLogin("the server knows no capabilities, so no login (SASL)", false))
      return;
    this.#sendIdentity();
    if (this.#options.sasl !== undefined) {
      this.#hooks.status({
        status: "login_failed",
        reason: "the server knows no capabilities, so no login (SASL)",
      });
    }
  }

  /** Fails before anything is sent if a required login is not offered. */
  #failsWithoutLogin(reason: string, isOffered: boolean): boolean {
    if (isOffered || !this.#needsLogin) return false;
    this.#fail(reason, false);
    return true;
  }

  get #needsLogin(): boolean {
    return this.#options.sasl !== undefined && this.#options.sasl.required !== false;
  }

  #sendIdentity(): void {
    this.#phase = "registering";
    const { password, nick, user, realName } = this.#options;
    if (password !== undefined) this.#hooks.send(formatLine("PASS", [password]));
    this.#hooks.send(formatLine("NICK", [nick]));
    this.#hooks.send(formatLine("USER", [user, "0", "*", realName]));
  }

  /** Every request for capabilities is answered. */
  #agreed(): void {
    if (this.#phase === "over" || this.#login !== undefined) return;
    const { sasl } = this.#options;
    if (sasl === undefined || this.#isLoggedIn || this.#isRefused) {
      this.#end();
    } else if (this.caps.on.has("sasl")) {
      this.#startLogin(sasl);
    } else if (this.#phase === "registering") {
      // Services may appear after the welcome; the login happens then.
      this.#refused("the server gives no login (SASL)", false);
    }
  }

  #startLogin(sasl: SaslOptions): void {
    this.#login = new SaslLogin(sasl, this.#hooks.send);
    this.#wait(this.#options.saslWaitMs, () => {
      this.#hooks.send("AUTHENTICATE *");
      this.#refused("the login (SASL) was not answered in time", false);
    });
    const outcome = this.#login.start(this.caps.offered.get("sasl") ?? "");
    if (outcome !== undefined) this.#loggedIn(outcome);
  }

  #loggedIn(outcome: Exclude<SaslOutcome, undefined>): void {
    if (outcome.is === "refused") {
      this.#refused(outcome.reason, outcome.isFinal);
      return;
    }
    this.#cancelTimer();
    this.#login = undefined;
    this.#isLoggedIn = true;
    this.#end();
  }

  #refused(reason: string, isRefusal: boolean): void {
    this.#cancelTimer();
    this.#login = undefined;
    this.#isRefused = isRefusal;
    if (this.#needsLogin && this.#phase !== "welcomed") {
      this.#fail(`login refused: ${reason}`, isRefusal);
      return;
    }
    this.#hooks.status({ status: "login_failed", reason });
    this.#end();
  }

  #end(): void {
    if (this.#phase !== "registering" || !this.caps.isListed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#hooks.send("CAP END");
  }

  #register({ command, params }: IrcMessage): void {
    if (command === RPL_WELCOME) this.#welcomed();
    else if (NICK_TAKEN.has(command) && this.#phase === "registering") {
      this.#nextNick(command, params.at(-1) ?? command);
    } else if (command === "FAIL") this.#failed(params);
    else if (command === TRY_AGAIN && /^(?:NICK|USER|PASS)$/i.test(params[1] ?? "")) {
      this.#fail(`${command} ${params.at(-1)}`, false);
    } else if (command === INVALID_USER) {
      this.#fail(`the server does not allow the user name: ${params.at(-1)}`, true, "user");
    } else if (REFUSALS.has(command)) {
      this.#fail(params.at(-1) || "the server refused us", true);
    } else if (command === "ERROR") this.#closed(params[0] ?? "");
  }

  #closed(words: string): void {
    if (BAD_USER_IN_WORDS.test(words)) {
      this.#fail(`the server does not allow the user name: ${words}`, true, "user");
    } else if (REFUSED_IN_WORDS.test(words)) this.#fail(words, true);
  }

  /** Standard replies (IRCv3): `FAIL NICK NICKNAME_RESERVED bird :Reserved`. */
  #failed(params: readonly string[]): void {
    const [about = "", code = ""] = params;
    const reason = `${code} ${params.at(-1)}`;
    if (/^NICK$/i.test(about) && this.#phase === "registering") {
      this.#nextNick(/INVALID/i.test(code) ? INVALID_NICK : code, reason);
    } else if (/^USER$/i.test(about)) {
      this.#fail(`the server does not allow the user name: ${reason}`, true, "user");
    } else if (/^PASS$/i.test(about) || /^ACCOUNT_REQUIRED/i.test(code)) this.#fail(reason, true);
  }

  #welcomed(): void {
    if (this.#needsLogin && !this.#isLoggedIn) {
      this.#fail("the server welcomed us without the login (SASL)", false);
      return;
    }
    this.#phase = "welcomed";
    this.#cancelTimer();
    this.#hooks.welcomed();
  }

  #nextNick(command: string, reason: string): void {
    const next = this.#nicks.next(command);
    if (next !== undefined) this.#hooks.send(formatLine("NICK", [next]));
    else if (!this.#nicks.areInvalid) this.#fail(`no nick is free: ${reason}`, false);
    else {
      const { nick } = this.#options;
      this.#fail(`the server allows no nick like ${nick}: ${command} ${reason}`, true, "nick");
    }
  }

  #fail(reason: string, isRefusal: boolean, setting?: string): void {
    this.close();
    this.#hooks.failed(reason, isRefusal, setting);
  }

  #wait(ms: number, then: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(ms, then);
  }
}
