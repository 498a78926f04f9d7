/** One connection to an IRC server, from dialling to its end. */
import { Client, type IrcMessage, ircLineParser } from "irc-framework";
import { Allowance } from "./allowance.ts";
import { stripCodes } from "./codes.ts";
import { answerQuery } from "./ctcp.ts";
import { type FloodClock, FloodQueue } from "./flood-queue.ts";
import { MAX_QUERY_BURST, QUERY_INTERVAL_MS } from "./limits.ts";
import { type IrcEvent, NetworkState } from "./network-state.ts";
import { nickCandidates } from "./nick.ts";
import { nickServAnswer } from "./nickserv.ts";
import type { ChannelToJoin, IrcOptions } from "./options.ts";
import { rulesOf } from "./rules.ts";
import { hideSecrets } from "./secrets.ts";
import { transportClass } from "./transport.ts";
import { type IrcRequest, NOT_CONNECTED, type Verdict, Verdicts } from "./verdicts.ts";

export interface SessionHooks {
  event(event: IrcEvent): void;
  /** The server has welcomed us and the channels have been asked for. */
  welcomed(): void;
  /** NickServ does not take the password; the channels are asked for without. */
  identifyRefused(reason: string): void;
  /** An error about a channel that was joined by ourselves. */
  joinRefused(channel: string, reason: string): void;
  /** Each line, for the log's debug level; secrets are taken out. */
  line(direction: "in" | "out", line: string): void;
}

/** What irc-framework needs to see for the handshake; all of it would be kept, so not without end. */
const HANDSHAKE = new Set(["001", "CAP"]);
const MAX_HANDSHAKE_LINES = 64;
/** And what keeps the connection alive. */
const KEEP_ALIVE = new Set(["PING", "PONG"]);

const NICK_TAKEN = new Set(["432", "433", "436", "437"]);
const END_OF_MOTD = new Set(["376", "422"]);

/** Bytes of channels in one JOIN, and how many: servers limit both. */
const MAX_JOIN_BYTES = 400;
const MAX_JOIN_CHANNELS = 10;

/** Milliseconds that a QUIT may take. */
const QUIT_WITHIN_MS = 2_000;

export class IrcSession {
  readonly state: NetworkState;
  /** Resolves with the reason when the connection is over. Never rejects. */
  readonly ended: Promise<string>;
  readonly #options: IrcOptions;
  readonly #hooks: SessionHooks;
  readonly #clock: FloodClock;
  readonly #client: Client;
  readonly #queue: FloodQueue;
  readonly #verdicts: Verdicts;
  readonly #channels: () => readonly ChannelToJoin[];
  readonly #timers = new Map<string, () => void>();
  readonly #finish: (reason: string) => void;
  readonly #nicks: string[];
  #phase: "registering" | "welcomed" | "identifying" | "joined" | "over" = "registering";
  #reason: string | undefined;
  readonly #hideSecrets: (line: string) => string;
  readonly #queries: Allowance;
  #handshakeLines = 0;

  constructor(
    options: IrcOptions,
    channels: () => readonly ChannelToJoin[],
    hooks: SessionHooks,
    clock: FloodClock,
  ) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#finish = resolve;
    this.#options = options;
    this.#channels = channels;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#nicks = nickCandidates(options.nick, Math.random).slice(1);
    this.#hideSecrets = hideSecrets(options);
    this.#queries = new Allowance(MAX_QUERY_BURST, QUERY_INTERVAL_MS, clock);
    this.state = new NetworkState(options.nick);
    this.#client = new Client(this.#clientOptions());
    this.#queue = new FloodQueue((line) => this.#client.raw(line), options, clock);
    this.#verdicts = new Verdicts(this.state, this.#queue, options, clock);
    this.#open();
  }

  get isWelcomed(): boolean {
    return this.#phase === "joined" || this.#phase === "identifying";
  }

  request(request: IrcRequest): Promise<Verdict> {
    if (!this.isWelcomed) return Promise.resolve(NOT_CONNECTED);
    return this.#verdicts.submit(request);
  }

  /** Says goodbye and ends the connection, within 2 s. Idempotent. */
  async close(message: string): Promise<void> {
    if (this.#phase === "over") return;
    this.#reason ??= "closed";
    this.#queue.close();
    this.#timer("quit", QUIT_WITHIN_MS, () => this.#drop("closed"));
    if (this.#client.connection.connected) this.#client.quit(message);
    else this.#drop("closed");
    await this.ended;
  }

  #clientOptions() {
    const { host, port, nick, user, realName, password, tls, verifyCertificate } = this.#options;
    return {
      host,
      port,
      nick,
      tls,
      username: user,
      gecos: realName,
      ...(password === undefined ? {} : { password }),
      rejectUnauthorized: verifyCertificate,
      auto_reconnect: false,
      ping_interval: this.#options.pingIntervalMs / 1_000,
      ping_timeout: this.#options.pingTimeoutMs / 1_000,
      account: {},
      version: "",
      transport: transportClass({
        received: (line) => this.#received(line),
        sent: (line) => this.#hooks.line("out", this.#hideSecrets(line)),
        failed: (reason) => this.#hooks.line("in", `(not understood: ${String(reason)})`),
        broken: (reason) => {
          this.#reason ??= reason;
        },
      }),
    };
  }

  #open(): void {
    this.#client.on("socket close", (error: unknown) => {
      if (error instanceof Error) this.#reason ??= error.message;
    });
    this.#client.on("close", () => this.#over());
    this.#client.on("ping timeout", () => this.#drop("the server is silent"));
    this.#timer("register", this.#options.registerWithinMs, () =>
      this.#drop("the server did not welcome us in time"),
    );
    this.#client.connect();
  }

  /** Each line of the server; true if irc-framework is to see it. */
  #received(line: string): boolean {
    const message = ircLineParser(line);
    if (message.command === "" || this.#phase === "over") return false;
    this.#hooks.line("in", this.#hideSecrets(line));
    const isHandshake = this.#phase === "registering" && HANDSHAKE.has(message.command);
    this.#act(message);
    for (const event of this.state.receive(message)) {
      if (event.kind === "query") this.#answerQuery(event.nick, event.query);
      else this.#hooks.event(event);
    }
    this.#verdicts.receive(message);
    if (isHandshake) return this.#handshakeLines++ < MAX_HANDSHAKE_LINES;
    return KEEP_ALIVE.has(message.command);
  }

  #answerQuery(nick: string, query: string): void {
    const answer = answerQuery(nick, query);
    if (answer === undefined || !this.#queries.take()) return;
    const lines = [answer];
    this.#queue.add({
      get linesLeft() {
        return lines.length;
      },
      nextLine: () => lines.shift(),
    });
  }

  #act(message: IrcMessage): void {
    const { command, params } = message;
    if (command === "005") this.state.rules = rulesOf(params, this.state.rules);
    else if (command === "ERROR") this.#reason ??= params.at(-1) || "the server closed it";
    else if (this.#phase === "registering") this.#register(message);
    else if (this.#phase === "welcomed" && END_OF_MOTD.has(command)) this.#identify();
    else if (this.#phase === "identifying") this.#identified(message);
    else if (command === "QUIT" || command === "NICK") this.#regainFrom(message.nick);
    else if (/^[45]\d\d$/.test(command))
      this.#hooks.joinRefused(params[1] ?? "", params.at(-1) ?? "");
  }

  #register({ command, params }: IrcMessage): void {
    if (command === "001") {
      this.#phase = "welcomed";
      // Most servers end their greeting with the MOTD, or with its absence.
      this.#timer("register", this.#options.registerWithinMs, () => this.#identify());
      this.#timer("nick", this.#options.nickCheckMs, () => this.#regain());
    } else if (NICK_TAKEN.has(command)) {
      const next = this.#nicks.shift();
      if (next === undefined) this.#drop(`no nick is free: ${params.at(-1) ?? command}`);
      else this.#client.raw(`NICK ${next}`);
    } else if (command === "464" || command === "465") {
      this.#reason ??= params.at(-1) || "the server refused us";
    }
  }

  #identify(): void {
    this.#phase = "identifying";
    this.#cancel("register");
    const password = this.#options.nickservPassword;
    if (password === undefined) {
      this.#join();
      return;
    }
    this.#queue.urgent(`PRIVMSG NickServ :IDENTIFY ${this.#options.nick} ${password}`);
    this.#timer("identify", this.#options.identifyWaitMs, () => this.#join());
  }

  #identified(message: IrcMessage): void {
    const answer = nickServAnswer(message);
    if (answer === undefined) return;
    if (!answer.accepted) this.#hooks.identifyRefused(stripCodes(answer.reason));
    this.#join();
  }

  #join(): void {
    this.#cancel("identify");
    this.#phase = "joined";
    for (const line of joinLines(this.#channels())) this.#queue.urgent(line);
    this.#hooks.welcomed();
  }

  /** Whoever had our nick has gone or changed it. */
  #regainFrom(nick: string): void {
    const wanted = this.state.fold(this.#options.nick);
    // When it is ourselves who were renamed, services did it: no fight with them.
    if (this.state.fold(nick) === wanted && !this.state.isMe(nick)) this.#regain();
  }

  #regain(): void {
    this.#timer("nick", this.#options.nickCheckMs, () => this.#regain());
    if (this.isWelcomed && !this.state.isMe(this.#options.nick)) {
      this.#queue.urgent(`NICK ${this.#options.nick}`);
    }
  }

  #drop(reason: string): void {
    this.#reason ??= reason;
    this.#client.connection.transport?.close(true);
    // A socket that was never made closes nothing.
    if (!this.#client.connection.connected) queueMicrotask(() => this.#over());
  }

  #over(): void {
    if (this.#phase === "over") return;
    this.#phase = "over";
    this.#queue.close();
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    this.#verdicts.connectionLost();
    for (const event of this.state.leaveAll()) this.#hooks.event(event);
    this.#finish(this.#reason ?? "the server closed the connection");
  }

  #timer(name: string, ms: number, callback: () => void): void {
    this.#cancel(name);
    this.#timers.set(name, this.#clock.after(ms, callback));
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}

/** A few lines for many channels; those with keys come first, as the keys are matched by position. */
export function joinLines(channels: readonly ChannelToJoin[]): string[] {
  const lines: string[] = [];
  const ordered = [...channels].sort(
    (a, b) => Number(b.key !== undefined) - Number(a.key !== undefined),
  );
  let group: ChannelToJoin[] = [];
  for (const channel of ordered) {
    const longer = joinLine([...group, channel]);
    if (group.length > 0 && (group.length >= MAX_JOIN_CHANNELS || longer.length > MAX_JOIN_BYTES)) {
      lines.push(joinLine(group));
      group = [];
    }
    group.push(channel);
  }
  if (group.length > 0) lines.push(joinLine(group));
  return lines;
}

function joinLine(channels: readonly ChannelToJoin[]): string {
  const names = channels.map(({ name }) => name).join(",");
  const keys = channels.flatMap(({ key }) => (key === undefined ? [] : [key])).join(",");
  return keys === "" ? `JOIN ${names}` : `JOIN ${names} ${keys}`;
}
