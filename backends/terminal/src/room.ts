/** One session in the terminal: what is typed goes to core, what core asks is shown. */
import {
  type BackendChannel,
  type BackendHost,
  type OutgoingMessage,
  Refused,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { Connection } from "./connection.ts";
import { IdleDetector } from "./idle-detector.ts";
import { parseLine, SLASH_HELP, type Typed } from "./inbound.ts";
import { noRoom, toShown } from "./outbound.ts";
import { MAX_ROOMS, Rooms } from "./rooms.ts";
import { Screen } from "./screen.ts";
import type { TerminalSettings } from "./settings.ts";

/** A script has ended when no answer has come for this long after its last line. */
const IDLE_MS = 2_000;

/** A script is read no further while this many of its lines wait to be sent. */
const SCRIPT_AHEAD = 256;

export interface RoomOptions {
  readonly host: BackendHost<TerminalSettings>;
  readonly connection: Connection;
  readonly color: boolean;
}

export class Room {
  readonly #host: BackendHost<TerminalSettings>;
  readonly #connection: Connection;
  readonly #rooms = new Rooms();
  readonly #idle: IdleDetector;
  readonly #screen: Screen;
  /** Aborted when the room is to be left. */
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;

  constructor({ host, connection, color }: RoomOptions) {
    this.#host = host;
    this.#connection = connection;
    this.#idle = new IdleDetector(IDLE_MS, host.clock);
    const { user, nick } = host.config;
    this.#screen = new Screen({ color, user, nick });
    this.#signal = AbortSignal.any([host.signal, connection.gone, this.#leave.signal]);
    host.onNotice((line) => this.notice(line));
  }

  /** Resolves when the person has left or the script has ended. */
  async run(): Promise<void> {
    this.#enter(this.#host.config.channel);
    void this.#followCore();
    if (this.#connection.isInteractive) await this.#talk();
    else await this.#playScript();
  }

  /** Shows what plugins say. Throws a Refused for a room or person that is not there. */
  show(to: Target, message: OutgoingMessage): void {
    this.#idle.activity();
    const { user } = this.#host.config;
    const shown = toShown(to, message, { user, hasRoom: (name) => this.#rooms.has(name) });
    if (shown.kind === "refused") throw new Refused(shown.reason);
    this.#connection.show(this.#screen.said(shown, this.#rooms.current));
  }

  joinAsked(name: string): BackendChannel {
    if (!/^[^\s\p{Cc}]{1,64}$/u.test(name)) throw new Refused("that is no room's name");
    if (!this.#rooms.add(name)) throw new Refused(`there are ${MAX_ROOMS} rooms already`);
    this.#note(`${this.#host.config.nick} opened the room ${name}; /join ${name} shows it`);
    this.#prompt();
    return { id: name, topic: this.#rooms.topic(name) };
  }

  leaveAsked(name: string, reason: string): void {
    if (!this.#exit(name)) throw new Refused(noRoom(name).reason);
    if (reason !== "") this.#note(`${this.#host.config.nick} says: ${reason}`);
    this.#prompt();
  }

  topicAsked(name: string, topic: string): void {
    if (!this.#rooms.has(name)) throw new Refused(noRoom(name).reason);
    this.#rooms.setTopic(name, topic);
    this.#note(`the topic of ${name} is now: ${topic}`);
  }

  /** Somebody else's line, above what is being typed. */
  notice(line: string): void {
    this.#connection.show(this.#screen.notice(line));
  }

  async #talk(): Promise<void> {
    const { channel, command_prefix: prefix } = this.#host.config;
    this.#note(
      `Welcome to ${channel}, a chat room of your own.`,
      `Try ${prefix}help; /help lists what else there is, /quit leaves.`,
    );
    this.#prompt();
    for await (const line of this.#connection.lines(this.#signal)) {
      this.#do(this.#parse(line));
      this.#prompt();
    }
  }

  async #playScript(): Promise<void> {
    const { core, emit, go } = this.#host;
    await this.#untilLeft(Promise.all([core.ready(), go]));
    for await (const line of this.#connection.lines(this.#signal)) {
      const typed = this.#parse(line);
      if (typed.kind === "quit") break;
      if (typed.kind !== "nothing") this.#connection.show(this.#screen.typed(line));
      this.#do(typed);
      if (emit.waiting >= SCRIPT_AHEAD) await this.#untilLeft(emit.flushed());
    }
    await this.#idle.untilIdle(this.#signal);
  }

  /** Resolves early when the room is to be left, or core will not have it. */
  async #untilLeft(promise: Promise<unknown>): Promise<void> {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const leave = () => resolve();
    this.#signal.addEventListener("abort", leave, { once: true });
    if (this.#signal.aborted) leave();
    try {
      await Promise.race([promise.catch(() => undefined), gone]);
    } finally {
      this.#signal.removeEventListener("abort", leave);
    }
  }

  /** Tells of core coming and going. */
  async #followCore(): Promise<void> {
    let wasAway = false;
    for await (const state of this.#host.core.states()) {
      if (state.state === "connected") {
        if (wasAway) this.#note("core is back");
        wasAway = false;
      }
      if (state.state === "waiting" && !wasAway) {
        wasAway = true;
        this.#note(`core is away: ${state.error.message}`, "what you say is kept until it is back");
      }
    }
    this.#leave.abort();
  }

  #parse(line: string): Typed {
    const { nick, command_prefix: commandPrefix } = this.#host.config;
    return parseLine(line, { channel: this.#rooms.current, nick, commandPrefix });
  }

  #do(typed: Typed): void {
    const { emit, config } = this.#host;
    const { user } = config;
    switch (typed.kind) {
      case "nothing":
        return;
      case "message":
        emit.plainMessage({ channel: typed.channel, user, text: typed.text });
        return;
      case "mention":
      case "action":
        emit[typed.kind]({ channel: typed.channel, user, text: typed.text });
        return;
      case "command":
        emit.command({ ...typed, user });
        return;
      case "privateMessage":
      case "privateAction":
        emit[typed.kind]({ user, text: typed.text });
        return;
      default:
        this.#doHere(typed);
    }
  }

  /** What concerns the room itself and no plugin. */
  #doHere(
    typed: Extract<
      Typed,
      { kind: "join" | "leave" | "topic" | "rooms" | "help" | "quit" | "wrong" }
    >,
  ): void {
    switch (typed.kind) {
      case "join":
        if (this.#enter(typed.channel)) this.#note(`you are now in ${typed.channel}`);
        break;
      case "leave":
        if (this.#exit(typed.channel)) this.#host.channels.left(typed.channel);
        else this.#note(`you are not in ${typed.channel}`);
        break;
      case "topic":
        this.#topic(typed.channel, typed.topic);
        break;
      case "rooms":
        this.#note(`rooms: ${this.#rooms.names.join(" ") || "none"}`);
        break;
      case "help":
        this.#note(...SLASH_HELP);
        break;
      case "quit":
        this.#leave.abort();
        break;
      case "wrong":
        this.#note(typed.why);
        break;
    }
  }

  #enter(name: string): boolean {
    const isNew = !this.#rooms.has(name);
    if (!this.#rooms.add(name)) {
      this.#note(`you are in ${MAX_ROOMS} rooms; /leave one first`);
      return false;
    }
    this.#rooms.show(name);
    if (isNew) this.#host.channels.joined({ id: name });
    return true;
  }

  #exit(name: string): boolean {
    if (!this.#rooms.has(name)) return false;
    this.#rooms.remove(name);
    this.#note(`you left ${name}`);
    return true;
  }

  #topic(name: string, topic: string): void {
    if (topic === "") {
      this.#note(`the topic of ${name} is: ${this.#rooms.topic(name) || "none"}`);
      return;
    }
    this.#rooms.setTopic(name, topic);
    this.#host.channels.changed({ id: name, topic });
    this.#note(`the topic of ${name} is now: ${topic}`);
  }

  #note(...lines: readonly string[]): void {
    this.#connection.show(this.#screen.note(...lines));
  }

  #prompt(): void {
    this.#connection.prompt(this.#screen.prompt(this.#rooms.current));
  }
}
