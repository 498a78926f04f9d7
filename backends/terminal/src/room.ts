/** One session in the terminal: what is typed goes to core, what core asks is shown. */
import type { BackendHost, NetworkChange } from "@seabird-chat/sdk/backend";
import type { Chat } from "./chat.ts";
import type { Connection } from "./connection.ts";
import { Display } from "./display.ts";
import { IdleDetector } from "./idle-detector.ts";
import { parseLine, SLASH_HELP, type Typed } from "./inbound.ts";
import { LocalFiles } from "./local-files.ts";
import { Messages } from "./messages.ts";
import { MAX_PEOPLE, People } from "./people.ts";
import { isSpeech, PersonActions, type Speech, type Typist } from "./person-actions.ts";
import { PluginOutput } from "./plugin-output.ts";
import { PluginRequests } from "./plugin-requests.ts";
import { RoomActions } from "./room-actions.ts";
import { Rooms } from "./rooms.ts";
import { Screen } from "./screen.ts";
import type { TerminalSettings } from "./settings.ts";

/** A script has ended when no answer has come for this long after its last line. */
const IDLE_MS = 2_000;

/** A script is read no further while this many of its lines wait to be sent. */
const SCRIPT_AHEAD = 256;

/** Of what another backend says; more of it is in the log. */
const MAX_REASON_CHARACTERS = 300;

/** A script's `/wait` ends after this long, whatever has come. */
const WAIT_MS = 10_000;

export interface RoomOptions {
  readonly host: BackendHost<TerminalSettings>;
  readonly connection: Connection;
  readonly color: boolean;
  readonly hyperlinks?: boolean | undefined;
  /** What ids of messages begin with; another one for each run. Default: the time. */
  readonly idPrefix?: string | undefined;
}

/** What is typed and is no message. */
type Doing = Exclude<Typed, Speech | { kind: "nothing" | "as" | "file" | "localFile" | "reply" }>;

export class Room {
  /** What plugins do with messages. */
  readonly requests: PluginRequests;
  /** Opens and closes rooms. */
  readonly rooms: RoomActions;
  /** What people post from this machine. */
  readonly files = new LocalFiles();
  readonly #host: BackendHost<TerminalSettings>;
  readonly #connection: Connection;
  readonly #rooms = new Rooms();
  readonly #people: People;
  readonly #display: Display;
  readonly #actions: PersonActions;
  readonly #idle: IdleDetector;
  readonly #output: PluginOutput;
  /** Aborted when the room is to be left. */
  readonly #leave = new AbortController();
  readonly #signal: AbortSignal;

  constructor({ host, connection, color, hyperlinks = false, idPrefix }: RoomOptions) {
    this.#host = host;
    this.#connection = connection;
    this.#idle = new IdleDetector(IDLE_MS, host.clock);
    this.#output = new PluginOutput(host.clock);
    const { user, nick } = host.config;
    const people = new People(user, nick);
    const screen = new Screen({
      color,
      hyperlinks,
      nick,
      get user() {
        return people.owner;
      },
    });
    const rooms = this.#rooms;
    const messages = new Messages(idPrefix ?? Math.trunc(host.clock.wallMs()).toString(36));
    const display = new Display({ connection, screen, rooms });
    const chat: Chat = { host, display, messages, people, rooms, files: this.files };
    this.#people = people;
    this.#display = display;
    this.#actions = new PersonActions(chat);
    this.rooms = new RoomActions(chat, () => this.#prompt());
    this.requests = new PluginRequests(chat, {
      onOutput: (words) => {
        this.#idle.activity();
        // Only a script waits for it.
        if (!connection.isInteractive) this.#output.add(words);
      },
      onTyping: () => {
        this.#idle.activity();
        this.#prompt();
      },
    });
    this.#signal = AbortSignal.any([host.signal, connection.gone, this.#leave.signal]);
    host.onNotice((line) => this.notice(line));
    host.core.onNetworkChange((change) => this.#networkChanged(change));
  }

  /** Resolves when the person has left or the script has ended. */
  async run(): Promise<void> {
    this.rooms.enter(this.#host.config.channel);
    void this.#followCore();
    if (this.#connection.isInteractive) await this.#talk();
    else await this.#playScript();
  }

  /** Somebody else's line, above what is being typed. */
  notice(line: string): void {
    this.#display.notice(line);
  }

  async #talk(): Promise<void> {
    const { channel, command_prefix: prefix } = this.#host.config;
    this.#note(
      `Welcome to ${channel}, a chat room of your own.`,
      `Try ${prefix}help; /help lists what else there is, /quit leaves.`,
    );
    this.#prompt();
    for await (const line of this.#connection.lines(this.#signal)) {
      this.#do(this.#parse(line), { person: this.#people.speaker, line });
      this.#prompt();
    }
  }

  async #playScript(): Promise<void> {
    const { core, emit, go } = this.#host;
    await this.#untilLeft(Promise.all([core.ready(), go]));
    for await (const line of this.#connection.lines(this.#signal)) {
      const typed = this.#parse(line);
      if (typed.kind === "quit") break;
      if (typed.kind === "wait") await this.#wait(typed.text, line);
      else this.#do(typed, { person: this.#people.speaker, line });
      if (emit.waiting >= SCRIPT_AHEAD) await this.#untilLeft(emit.flushed());
    }
    await this.#idle.untilIdle(this.#signal);
  }

  /** For what a plugin does, so that the next line is about it. */
  async #wait(text: string, line: string): Promise<void> {
    this.#display.command(line, this.#people.speaker);
    await this.#untilLeft(this.#host.emit.flushed());
    if (await this.#output.next(text, WAIT_MS, this.#signal)) return;
    const what = text === "" ? "anything" : JSON.stringify(text);
    if (!this.#signal.aborted) this.#note(`waited ${WAIT_MS / 1_000} s for ${what} in vain`);
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

  #networkChanged({ backendId, isConnected, reason }: NetworkChange): void {
    const why = reason === "" ? "" : `: ${reason.slice(0, MAX_REASON_CHARACTERS)}`;
    const what = isConnected ? "is back on its network" : `lost its network${why}`;
    this.#note(`${backendId.slice(0, MAX_REASON_CHARACTERS)} ${what}`);
  }

  #parse(line: string): Typed {
    const { nick, command_prefix: commandPrefix } = this.#host.config;
    return parseLine(line, { channel: this.#rooms.current, nick, commandPrefix });
  }

  #do(typed: Typed, typist: Typist): void {
    if (isSpeech(typed)) this.#actions.say(typed, typist);
    else if (typed.kind === "as") this.#speakAs(typed, typist);
    else if (typed.kind === "file") this.#actions.file(typed, typist);
    else if (typed.kind === "localFile") this.#actions.localFile(typed, typist);
    else if (typed.kind === "reply") this.#actions.reply(typed, typist);
    else if (typed.kind !== "nothing") {
      this.#display.command(typist.line, typist.person);
      this.#doHere(typed, typist);
    }
  }

  #speakAs({ name, line }: Extract<Typed, { kind: "as" }>, typist: Typist): void {
    const isKnown = this.#people.add(name);
    if (isKnown && line !== "") {
      this.#do(this.#parse(line), { person: name, line });
      return;
    }
    this.#display.command(typist.line, typist.person);
    this.#people.speakAs(name);
    if (isKnown) this.#note(`you are ${name} now`);
    else this.#note(`${name} is the bot, or there are ${MAX_PEOPLE} people already`);
  }

  /** What is no message. */
  #doHere(typed: Doing, { person }: Typist): void {
    switch (typed.kind) {
      case "edit":
      case "delete":
      case "react":
        this.#actions.change(typed, person);
        break;
      case "typing":
        this.#actions.typing(person);
        break;
      case "nick":
        this.#actions.rename(person, typed.name);
        break;
      case "members":
        this.#actions.listMembers();
        break;
      case "ids":
        this.#ids(typed.show);
        break;
      case "join":
        if (this.rooms.join(typed.channel)) this.#actions.enter(person, typed.channel);
        break;
      case "leave":
        if (person === this.#people.owner) this.rooms.leave(typed.channel);
        else this.#actions.leave(person, typed.channel);
        break;
      case "topic":
        this.rooms.topic(typed.channel, typed.topic);
        break;
      case "rooms":
        this.rooms.list();
        break;
      case "help":
        this.#note(...SLASH_HELP);
        break;
      case "quit":
        this.#leave.abort();
        break;
      case "wait":
        this.#note("only a script waits");
        break;
      case "wrong":
        this.#note(typed.why);
        break;
    }
  }

  #ids(show: "latest" | "on" | "off"): void {
    if (show === "latest") this.#actions.listIds();
    else {
      this.#display.showsIds = show === "on";
      this.#note(`numbers of messages are ${show === "on" ? "shown" : "hidden"}`);
    }
  }

  #note(...lines: readonly string[]): void {
    this.#display.note(...lines);
  }

  #prompt(): void {
    const { speaker, owner } = this.#people;
    const { current } = this.#rooms;
    const here = current !== undefined && this.requests.isTyping({ kind: "channel", id: current });
    const typing = here ? `${this.#host.config.nick} is typing …` : "";
    const beside = [typing, speaker === owner ? "" : `${speaker} in`];
    this.#display.prompt(beside.filter((each) => each !== "").join(" "));
  }
}
