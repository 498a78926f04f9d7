/** The glue: a person in the terminal on one side, core on the other. */
import {
  type Answer,
  type BackendClient,
  changed,
  connectBackend,
  failed,
  joined,
  type LinkState,
  left,
  success,
} from "@seabird/sdk/backend";
import type { Config } from "./config.ts";
import type { Connection } from "./connection.ts";
import { parseLine, SLASH_HELP, type Typed } from "./inbound.ts";
import { channelSend, noRoom, type Shown, userSend } from "./outbound.ts";
import { Quiet } from "./quiet.ts";
import { MAX_ROOMS, Rooms } from "./rooms.ts";
import { Screen } from "./screen.ts";

/** A script has ended when no answer has come for this long after its last line. */
export const QUIET_MS = 2_000;

/** A script is read no further while this many of its lines wait to be sent. */
const SCRIPT_AHEAD = 256;

export interface RoomOptions {
  readonly config: Config;
  readonly connection: Connection;
  readonly color: boolean;
  /** Aborting it closes the room. */
  readonly signal: AbortSignal;
  /** Called when core has accepted the backend. */
  readonly onReady: () => void;
  /** A script's lines wait for it. */
  readonly go: Promise<void>;
  /** Called when all is said; the room stays connected until it resolves. */
  readonly onLeaving: () => Promise<void>;
}

/** Resolves when the person has left or the script has ended; rejects when core refuses us. */
export async function runRoom(options: RoomOptions): Promise<void> {
  const room = new Room(options);
  try {
    await room.run();
  } finally {
    await room.close();
  }
}

class Room {
  readonly #options: RoomOptions;
  readonly #config: Config;
  readonly #connection: Connection;
  readonly #rooms = new Rooms();
  readonly #quiet = new Quiet(QUIET_MS);
  readonly #screen: Screen;
  readonly #client: BackendClient;
  /** Aborted when the room is to be left. */
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#config = options.config;
    this.#connection = options.connection;
    const { user, nick } = options.config;
    this.#screen = new Screen({ color: options.color, user, nick });
    this.#signal = AbortSignal.any([options.signal, options.connection.gone, this.#leave.signal]);
    this.#client = this.#connect();
  }

  async run(): Promise<void> {
    this.#enter(this.#config.channel);
    const states = this.#followStates();
    // Awaited at the end; until then a failure is not unhandled.
    states.catch(() => undefined);
    if (this.#connection.isInteractive) await this.#talk();
    else await this.#playScript();
    if (this.#client.state.state !== "failed") await this.#options.onLeaving();
    await this.#client.close();
    await states;
  }

  async close(): Promise<void> {
    await this.#client.close();
    this.#connection.close();
  }

  #connect(): BackendClient {
    const { id, nick, commandPrefix } = this.#config;
    const place = { user: this.#config.user, hasRoom: (name: string) => this.#rooms.has(name) };
    return connectBackend({
      type: "terminal",
      id,
      handlers: {
        sendMessage: (request) => this.#show(channelSend("message", request, place)),
        performAction: (request) => this.#show(channelSend("action", request, place)),
        sendPrivateMessage: (request) => this.#show(userSend("privateMessage", request, place)),
        performPrivateAction: (request) => this.#show(userSend("privateAction", request, place)),
        joinChannel: ({ channelName }) => this.#joinAsked(channelName),
        leaveChannel: ({ channelId, exitMessage }) => this.#leaveAsked(channelId, exitMessage),
        updateChannelInfo: ({ channelId, topic }) => this.#topicAsked(channelId, topic),
        metadata: () => ({ command_prefix: commandPrefix, nick }),
      },
    });
  }

  async #talk(): Promise<void> {
    const { channel, commandPrefix } = this.#config;
    this.#note(
      `Welcome to ${channel}, a chat room of your own.`,
      `Try ${commandPrefix}help; /help tells what else there is, /quit leaves.`,
    );
    this.#prompt();
    for await (const line of this.#connection.lines(this.#signal)) {
      this.#do(this.#parse(line));
      this.#prompt();
    }
  }

  async #playScript(): Promise<void> {
    await this.#untilLeft(Promise.all([this.#client.ready(), this.#options.go]));
    for await (const line of this.#connection.lines(this.#signal)) {
      const typed = this.#parse(line);
      if (typed.kind === "quit") break;
      if (typed.kind !== "nothing") this.#connection.show(this.#screen.typed(line));
      this.#do(typed);
      if (this.#client.queuedEvents >= SCRIPT_AHEAD) await this.#untilLeft(this.#client.flushed());
    }
    await this.#quiet.settled(this.#signal);
  }

  /** Resolves early when the room is to be left. */
  async #untilLeft(promise: Promise<unknown>): Promise<void> {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const leave = () => resolve();
    this.#signal.addEventListener("abort", leave, { once: true });
    if (this.#signal.aborted) leave();
    try {
      await Promise.race([promise, gone]);
    } finally {
      this.#signal.removeEventListener("abort", leave);
    }
  }

  /** Tells of core coming and going; rejects when it will not come. */
  async #followStates(): Promise<void> {
    let wasAway = false;
    for await (const state of this.#client.states()) {
      if (state.state === "connected") {
        if (wasAway) this.#note("core is back");
        wasAway = false;
        this.#options.onReady();
      }
      if (state.state === "waiting" && !wasAway) {
        wasAway = true;
        this.#note(`core is away: ${state.error.message}`, "what you say is kept until it is back");
      }
      this.#leaveIfOver(state);
    }
  }

  #leaveIfOver(state: LinkState): void {
    if (state.state === "closed" || state.state === "failed") this.#leave.abort();
    if (state.state === "failed") throw state.error;
  }

  #parse(line: string): Typed {
    const { nick, commandPrefix } = this.#config;
    return parseLine(line, { channel: this.#rooms.current, nick, commandPrefix });
  }

  #do(typed: Typed): void {
    const user = { id: this.#config.user };
    switch (typed.kind) {
      case "nothing":
        return;
      case "message":
      case "mention":
      case "action":
        this.#client[typed.kind]({ channelId: typed.channel, user, content: typed.text });
        return;
      case "command": {
        const { channel: channelId, command, arg } = typed;
        this.#client.command({ channelId, user, command, arg });
        return;
      }
      case "privateMessage":
      case "privateAction":
        this.#client[typed.kind]({ user, content: typed.text });
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
        if (this.#exit(typed.channel)) this.#client.leaveChannel(typed.channel);
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
    if (isNew) this.#client.joinChannel({ id: name });
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
    this.#client.changeChannel({ id: name, topic });
    this.#note(`the topic of ${name} is now: ${topic}`);
  }

  #show(shown: Shown): Answer {
    this.#quiet.heard();
    if (shown.kind === "refused") return failed(shown.reason);
    this.#connection.show(this.#screen.said(shown, this.#rooms.current));
    return success();
  }

  #joinAsked(name: string): Answer {
    if (!/^[^\s\p{Cc}]{1,64}$/u.test(name)) return failed("that is no room's name");
    if (!this.#rooms.add(name)) return failed(`there are ${MAX_ROOMS} rooms already`);
    this.#note(`${this.#config.nick} opened the room ${name}; /join ${name} shows it`);
    this.#prompt();
    return joined({ id: name, topic: this.#rooms.topic(name) });
  }

  #leaveAsked(name: string, exitMessage: string): Answer {
    if (!this.#exit(name)) return failed(noRoom(name).reason);
    if (exitMessage !== "") this.#note(`${this.#config.nick} says: ${exitMessage}`);
    this.#prompt();
    return left(name);
  }

  #topicAsked(name: string, topic: string): Answer {
    if (!this.#rooms.has(name)) return failed(noRoom(name).reason);
    this.#rooms.setTopic(name, topic);
    this.#note(`the topic of ${name} is now: ${topic}`);
    return changed({ id: name, topic });
  }

  #note(...lines: readonly string[]): void {
    this.#connection.show(this.#screen.note(...lines));
  }

  #prompt(): void {
    this.#connection.prompt(this.#screen.prompt(this.#rooms.current));
  }
}
