/** A chat network that a test scripts, behind a real backend of the SDK. */
import {
  type Block,
  backendId,
  type Content,
  contentBlock,
  parseId,
  plainText,
  walkBlocks,
} from "@seabird-chat/protocol";
import { duration } from "@seabird-chat/sdk";
import {
  type BackendChannel,
  type BackendHost,
  backend,
  type StartBackendOptions,
  startBackend,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { StreamClient } from "./client-component.ts";
import { type NetworkFeature, NetworkFeatures } from "./network-features.ts";
import {
  type ConnectionDeps,
  type RequestKind,
  ScriptedConnection,
} from "./scripted-connection.ts";
import {
  type MessageReports,
  type PersonReaction,
  type PlacedMessage,
  SaidMessage,
  TestMessage,
} from "./test-message.ts";
import type { TestUser } from "./users.ts";

export interface NetworkOptions {
  /** `type/id`, such as `irc/libera`. */
  readonly name: string;
  /** Prefix of commands. Default: `!`. */
  readonly commandPrefix?: string | undefined;
  /** The bot's own name; a line that begins with it is a mention. Default: `seabird`. */
  readonly nick?: string | undefined;
  /** Further metadata of the backend; overrides that of the testbed. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** What the network cannot do, or does not report. Default: what the testbed says. */
  readonly without?: readonly NetworkFeature[] | undefined;
}

export const NETWORK_OPTIONS = ["name", "commandPrefix", "nick", "metadata", "without"];

export interface NetworkDeps
  extends Pick<ConnectionDeps, "sent" | "requests" | "label" | "people"> {
  readonly settings: NetworkOptions;
}

/** The ways in which people say something. */
export type SayVerb = "message" | "mention" | "action";

/** What somebody says. */
export interface PersonMessage {
  readonly user: TestUser;
  readonly content: Content;
  readonly tags: TestUser["tags"];
  readonly replyTo?: TestMessage | undefined;
}

export class ScriptedNetwork implements MessageReports {
  /** `type/id`. */
  readonly name: string;
  readonly type: string;
  readonly id: string;
  readonly #deps: NetworkDeps;
  readonly #features: NetworkFeatures;
  readonly #connection: ScriptedConnection;
  #host: BackendHost | undefined;

  constructor(deps: NetworkDeps) {
    const { name, metadata = {}, nick = "seabird", without } = deps.settings;
    const [, type = "", id = ""] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
    if (type === "") throw new TypeError(`a backend is called type/id, not "${name}"`);
    this.name = name;
    this.type = type;
    this.id = id;
    this.#deps = deps;
    this.#features = new NetworkFeatures(name, without);
    const { sent, requests, label, people } = deps;
    this.#connection = new ScriptedConnection({
      ...{ name, metadata, nick, sent, requests, label, people },
      features: this.#features,
      host: () => this.#connected(),
      network: this,
    });
  }

  /** Absolute: `irc://libera`. */
  get backendId(): string {
    return backendId(this);
  }

  start(options: Omit<StartBackendOptions, "id">): StreamClient {
    const { commandPrefix, nick = "seabird" } = this.#deps.settings;
    const definition = backend(this.type, {
      commandPrefix,
      userIds: "verified",
      connect: (host) => {
        host.self = nick;
        host.capabilities.set(this.#features.declared);
        this.#host = host;
        return this.#connection.connect();
      },
    });
    const running = startBackend(definition, { ...options, id: this.id });
    return {
      ready: () => running.ready(),
      states: () => running.coreStates(),
      close: () => running.close(),
    };
  }

  /** From now on the network has everything but these; plugins notice within a minute. */
  without(...features: readonly NetworkFeature[]): void {
    this.#features.takeAway(features);
    this.#connected().capabilities.set(this.#features.declared);
  }

  /** The network is lost for the backend, which stays connected to core. */
  lost(reason: string): Promise<void> {
    this.#connected().networkLost(reason);
    return this.#deps.people.idle();
  }

  /** The network is there again. */
  back(): Promise<void> {
    this.#connected().network.back();
    return this.#deps.people.idle();
  }

  /**
   * Each send takes so long from now on, by `"2s"` or milliseconds, one after the other in each
   * channel; also those that wait. `Infinity`: a network that is frozen.
   */
  answersAfter(time: string | number): void {
    this.#connection.answersAfter(typeof time === "number" ? time : duration(time));
  }

  /**
   * Puts a file on the network that has an id and no url. People post it with
   * `attachment({ id, name })`; core gets its bytes when a plugin wants them.
   */
  addFile(id: string, bytes: Uint8Array): void {
    this.#connection.addFile(id, bytes);
  }

  /** Announces a channel, unless it is known already. */
  join(channel: BackendChannel): void {
    const { channels } = this.#connected();
    if (channels.get(channel.id) === undefined) channels.joined(channel);
  }

  change(channel: BackendChannel): void {
    this.#connected().channels.changed(channel);
  }

  /** The next request of this kind to a channel or user is refused. */
  failNext(kind: RequestKind, target: string, reason: string): void {
    this.#connection.failNext(kind, target, reason);
  }

  /** In a channel, a message is sent as a command or a mention if it reads like one. */
  say(verb: SayVerb, where: Target, { user, content, tags, replyTo }: PersonMessage): SaidMessage {
    const { emit, clock } = this.#connected();
    const block = typeof content === "string" ? undefined : contentBlock(content);
    if (block !== undefined) this.#checkIds(block);
    const text = block === undefined ? String(content) : plainText(block);
    const answered = replyTo && TestMessage.referenceTo(replyTo, where);
    const ids = this.#connection.newIds(where, "person");
    const incoming = {
      ...{ user, tags, sentAt: clock.wallMs(), id: ids[0], replyTo: answered },
      ...(block === undefined ? { text } : { block }),
    };
    if (where.kind === "channel") {
      this.#connection.membersOf(where.id).set(user.id, user);
      emit[verb]({ ...incoming, channel: where.id });
    } else emit[verb === "action" ? "privateAction" : "privateMessage"](incoming);
    return new SaidMessage({ ...this.#deps.people, network: this, where, ids, author: user, text });
  }

  edited({ where, ids }: PlacedMessage, user: TestUser, content: Content): void {
    const id = this.#needId(ids);
    this.#features.need("message_edited");
    const block = contentBlock(content);
    this.#checkIds(block);
    const { tags } = user;
    this.#connected().emit.edited({ conversation: where, id, user, block, tags });
  }

  deleted({ where, ids }: PlacedMessage, by: TestUser, reason: string): void {
    this.#needId(ids);
    this.#features.need("message_deleted");
    this.#connection.forget(where, ids);
    this.#connected().emit.deleted({ conversation: where, ids, by, reason });
  }

  reaction({ where, ids }: PlacedMessage, user: TestUser, reaction: PersonReaction): void {
    const messageId = this.#needId(ids);
    this.#features.need("reaction");
    this.#connected().emit.reaction({ conversation: where, messageId, user, ...reaction });
  }

  noIds(): Error {
    return this.#features.missing("message_ids");
  }

  /** Somebody types, or has stopped. */
  typing(where: Target, user: TestUser, isActive: boolean): void {
    this.#features.need("typing_events");
    this.#connected().emit.typing({ conversation: where, user, isActive });
  }

  memberJoined(channel: string, user: TestUser): void {
    this.#features.need("member");
    this.#connection.membersOf(channel).set(user.id, user);
    this.#connected().members.joined({ channel, user });
  }

  /** With `by`: somebody else removed them. */
  memberLeft(channel: string, user: TestUser, more: { reason?: string; by?: TestUser }): void {
    this.#features.need("member");
    this.#connection.membersOf(channel).delete(user.id);
    const { members } = this.#connected();
    if (more.by === undefined) members.left({ channel, user, ...more });
    else members.removed({ channel, user, ...more });
  }

  userChanged(before: TestUser, user: TestUser): void {
    this.#features.need("user_changed");
    this.#connected().members.changed({ before, user });
  }

  /** Whether the bot is shown typing there. */
  isTyping(where: Target): boolean {
    return this.#connection.isTyping(where);
  }

  /** Whether the bot was shown typing there since the last call. */
  takeTyping(where: Target): boolean {
    return this.#connection.takeTyping(where);
  }

  /** A plugin's ids are absolute, those of people are not. */
  #checkIds(root: Block): void {
    for (const { inner } of walkBlocks(root)) {
      const { value } = inner.case === "mention" ? inner.value.target : {};
      const own = typeof value === "string" ? parseId(value) : undefined;
      if (own?.type !== this.type || own.id !== this.id) continue;
      const wanted = JSON.stringify(own.relative);
      throw new TypeError(`people mention by the network's own ids: ${wanted}, not "${value}"`);
    }
  }

  #needId([id]: readonly string[]): string {
    if (id === undefined) throw this.noIds();
    return id;
  }

  #connected(): BackendHost {
    if (this.#host === undefined) throw new Error(`${this.name} has not been started`);
    return this.#host;
  }
}
