/** One connection to an IRC server, from connect to close. */
import { type Clock, Timers } from "../clock.ts";
import { lineProblem, withTags } from "../message/format-line.ts";
import { type IrcMessage, parseMessage } from "../message/irc-message.ts";
import type { IrcOptions } from "../options.ts";
import { joinRefusalOf } from "../requests/error-attribution.ts";
import { FloodQueue, type LineOptions } from "../requests/flood-queue.ts";
import type { IrcRequest, RequestDemand, RequestOutcome } from "../requests/irc-request.ts";
import { NOT_CONNECTED, RequestTracker } from "../requests/request-tracker.ts";
import { CtcpAnswers } from "../state/ctcp.ts";
import type { IrcEvent } from "../state/irc-event.ts";
import { IrcState } from "../state/irc-state.ts";
import { rulesOf } from "../state/network-rules.ts";
import { Handshake } from "./handshake.ts";
import type { ConnectionHooks, SessionEnd } from "./hooks.ts";
import { linesAfter, linesAfterWelcome } from "./idle-lines.ts";
import { KeepAlive, pongTo } from "./keep-alive.ts";
import { NickReclaim } from "./nick-reclaim.ts";
import { NickServLogin } from "./nickserv.ts";
import { hideSecrets } from "./secrets.ts";
import { actOnOffer, type Endpoint } from "./sts.ts";
import type { StsStore } from "./sts-store.ts";
import { openTransport, type Transport } from "./transport.ts";
import type { WantedChannels } from "./wanted-channels.ts";

/** Milliseconds that a QUIT may take; then the socket is closed. */
const QUIT_WITHIN_MS = 2_000;

/** What changes what the server offers. */
const OFFERS = new Set(["CAP", "005"]);

const SENDS = { now: "sendNow", idle: "sendIdle", spare: "sendSpare" } as const;
const END_OF_MOTD = new Set(["376", "422"]);

export interface SessionDeps {
  readonly options: IrcOptions;
  readonly endpoint: Endpoint;
  readonly channels: WantedChannels;
  readonly sts: StsStore;
  readonly hooks: ConnectionHooks;
  readonly clock: Clock;
}

export class IrcSession {
  readonly state: IrcState;
  /** Resolves when the connection is over. Never rejects. */
  readonly ended: Promise<SessionEnd>;
  readonly #options: IrcOptions;
  readonly #endpoint: Endpoint;
  readonly #sts: StsStore;
  readonly #hooks: ConnectionHooks;
  readonly #clock: Clock;
  readonly #channels: WantedChannels;
  readonly #finish: (end: SessionEnd) => void;
  readonly #hideSecrets: (line: string) => string;
  readonly #handshake: Handshake;
  readonly #reclaim: NickReclaim;
  readonly #queue: FloodQueue;
  readonly #requests: RequestTracker;
  readonly #ctcp: CtcpAnswers;
  readonly #timers: Timers;
  #transport: Transport | undefined;
  #keepAlive: KeepAlive | undefined;
  #phase: "registering" | "welcomed" | "identifying" | "joined" | "over" = "registering";
  #nickServ: NickServLogin | undefined;
  #reason: string | undefined;
  #upgrade: Endpoint | undefined;
  #isRefusal = false;
  #setting: string | undefined;

  constructor({ options, endpoint, channels, sts, hooks, clock }: SessionDeps) {
    ({ promise: this.ended, resolve: this.#finish } = Promise.withResolvers<SessionEnd>());
    this.#options = options;
    this.#endpoint = endpoint;
    this.#channels = channels;
    this.#sts = sts;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#timers = new Timers(clock);
    this.#hideSecrets = hideSecrets(options);
    this.state = new IrcState(options.nick);
    const write = (line: string, how?: LineOptions) => this.send(line, how);
    this.#queue = new FloodQueue(write, options, clock);
    this.#ctcp = new CtcpAnswers(this.#queue, clock);
    this.#requests = new RequestTracker(this.state, this.#queue, options, clock);
    this.#handshake = this.#createHandshake();
    this.state.caps = this.#handshake.caps.on;
    this.#reclaim = new NickReclaim(
      options,
      this.state,
      (line) => this.#queue.sendNow(line),
      () => this.account !== undefined,
      clock,
    );
    this.#open();
  }

  get isWelcomed(): boolean {
    return this.#phase === "joined" || this.#phase === "identifying";
  }

  /** Somebody listened at the port, and has sent no line of IRC. */
  get isUnheard(): boolean {
    return this.#transport?.isUnheard === true;
  }

  /** The capabilities (IRCv3) that are on. */
  get caps(): ReadonlySet<string> {
    return this.state.caps;
  }

  /** The account by which services identify the bot; undefined: none. */
  get account(): string | undefined {
    return this.#handshake.account;
  }

  /** Sends a line at once, with label and tags where supported. An invalid one is a problem. */
  send(line: string, { label, tags }: LineOptions = {}): void {
    const whole = withTags(line, {
      ...(label !== undefined && this.caps.has("labeled-response") && { label }),
      ...(this.caps.has("message-tags") && tags),
    });
    const problem = lineProblem(whole, this.state.rules.maxLineBytes);
    if (problem !== undefined) {
      this.#hooks.status({ status: "problem", reason: `a line was not sent: ${problem}` });
    } else if (this.#transport?.write(whole) === true) {
      this.#hooks.line("out", this.#hideSecrets(whole));
    }
  }

  request(request: IrcRequest): Promise<RequestOutcome> {
    return this.isWelcomed ? this.#requests.submit(request) : Promise.resolve(NOT_CONNECTED);
  }

  refusal(demand: RequestDemand): RequestOutcome {
    return this.isWelcomed ? this.#requests.refusal(demand) : NOT_CONNECTED;
  }

  /** Quits, within 2 s. Idempotent. */
  async close(message: string): Promise<void> {
    if (this.#phase === "over") return;
    this.#reason ??= "closed";
    this.#queue.close();
    this.#timers.set("quit", QUIT_WITHIN_MS, () => this.drop("closed"));
    if (this.#transport?.isOpen === true) this.send(`QUIT :${message}`);
    else this.drop("closed");
    await this.ended;
  }

  #createHandshake(): Handshake {
    const hooks = {
      send: (line: string) => this.send(line),
      strictTransport: (value: string) => this.#strictTransport(value),
      failed: (reason: string, isRefusal: boolean, setting?: string) => {
        this.#isRefusal ||= isRefusal;
        this.#setting ??= setting;
        this.drop(reason);
      },
      isMe: (nick: string) => this.state.isMe(nick),
      status: this.#hooks.status,
      welcomed: () => this.#welcomed(),
    };
    return new Handshake(this.#options, hooks, this.#clock);
  }

  #open(): void {
    this.#timers.set("register", this.#options.registerWithinMs, () =>
      this.drop("the server did not welcome us in time"),
    );
    const { verifyCertificate, tlsFiles: files } = this.#options;
    const dial = { ...this.#endpoint, verifyCertificate, files };
    const opened = openTransport(dial, {
      open: () => this.#handshake.start(),
      line: (line) => this.#received(line),
      closed: (reason) => this.#over(reason),
    });
    if (typeof opened !== "string") this.#transport = opened;
    else {
      this.#setting = "tls";
      queueMicrotask(() => this.#over(opened));
    }
  }

  #strictTransport(value: string): boolean {
    const { verifyCertificate } = this.#options;
    this.#upgrade = actOnOffer(value, { ...this.#endpoint, verifyCertificate }, this.#sts);
    if (this.#upgrade === undefined) return false;
    this.drop("the server wants TLS");
    return true;
  }

  #received(line: string): void {
    const message = parseMessage(line);
    if (message.command === "" || this.#phase === "over") return;
    this.#hooks.line("in", this.#hideSecrets(line));
    this.#keepAlive?.lineReceived();
    this.#act(message);
    for (const event of this.state.receive(message)) {
      if (event.kind === "query") this.#ctcp.answer(event.nick, event.query);
      else this.#emit(event);
      this.enqueue(linesAfter(event, this.state), "spare");
    }
    this.#requests.receive(message);
    if (OFFERS.has(message.command) && this.isWelcomed) this.#hooks.offersChanged?.();
  }

  #act(message: IrcMessage): void {
    const { command, params } = message;
    this.#handshake.receive(message);
    if (command === "PING") this.send(pongTo(params.at(-1) ?? ""));
    else if (command === "005") this.#learnRules(params);
    else if (command === "ERROR") this.#reason ??= params.at(-1) || "the server closed it";
    if (this.#phase === "welcomed" && END_OF_MOTD.has(command)) this.#identify();
    else if (this.#phase === "identifying") this.#nickServ?.receive(message);
    else if (this.#phase === "joined") {
      this.#reclaim.receive(message);
      const refusal = joinRefusalOf(message);
      if (refusal !== undefined) this.#channels.refused(refusal.channels, ...refusal.why);
    }
  }

  #learnRules(params: readonly string[]): void {
    this.state.rules = rulesOf(params, this.state.rules);
    this.#channels.refold();
    this.#transport?.allow(this.state.rules.maxLineBytes);
  }

  #welcomed(): void {
    this.#phase = "welcomed";
    this.#keepAlive = new KeepAlive(
      this.#options,
      {
        ping: () => this.send("PING :seabird-alive"),
        dead: () => this.drop("the server is silent"),
      },
      this.#clock,
    );
    // Most servers end their greeting with the MOTD, or with the error that there is none.
    this.#timers.set("register", this.#options.registerWithinMs, () => this.#identify());
  }

  #identify(): void {
    this.#phase = "identifying";
    this.#timers.cancel("register");
    const hooks = {
      send: (line: string) => this.#queue.sendNow(line),
      refused: (reason: string) => this.#hooks.status({ status: "identify_refused", reason }),
      done: () => this.#join(),
    };
    const password = this.account === undefined ? this.#options.nickservPassword : undefined;
    if (password === undefined) this.#join();
    else this.#nickServ = new NickServLogin(this.#options, password, hooks, this.#clock);
  }

  #join(): void {
    this.#phase = "joined";
    this.#reclaim.start();
    this.enqueue(linesAfterWelcome(this.state), "idle");
    this.#hooks.status({ status: "welcomed", nick: this.state.nick });
    this.#channels.welcomed();
  }

  #emit(event: IrcEvent): void {
    this.#channels.receive(event);
    this.#hooks.event(event);
  }

  /** Sends lines by the flood limit: before what waits, when nothing else waits, or also half of a burst is left. */
  enqueue(lines: readonly string[], when: keyof typeof SENDS): void {
    for (const line of lines) this.#queue[SENDS[when]](line);
  }

  /** Whether lines wait for the flood limit, or soon would. */
  get isBusy(): boolean {
    return this.#queue.isBusy;
  }

  drop(reason: string): void {
    this.#reason ??= reason;
    if (this.#transport === undefined) queueMicrotask(() => this.#over(reason));
    else this.#transport.drop(this.#reason);
  }

  #over(reason: string): void {
    if (this.#phase === "over") return;
    const wasWelcomed = this.#phase !== "registering";
    this.#phase = "over";
    this.#queue.close();
    this.#handshake.close();
    this.#nickServ?.close();
    this.#reclaim.close();
    this.#keepAlive?.close();
    this.#timers.cancelAll();
    if (wasWelcomed && this.#endpoint.tls) this.#sts.renew(this.#endpoint.host);
    this.#requests.connectionLost();
    for (const event of this.state.leaveAll()) this.#emit(event);
    const end = { upgrade: this.#upgrade, isRefusal: this.#isRefusal, setting: this.#setting };
    this.#finish({ ...end, reason: this.#reason ?? reason });
  }
}
