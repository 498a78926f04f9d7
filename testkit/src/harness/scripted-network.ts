/** A chat network that a test scripts, behind a real backend of the SDK. */
import { backendId, type Content, contentBlock } from "@seabird-chat/protocol";
import {
  type BackendConnection,
  type BackendHost,
  backend,
  type OutgoingMessage,
  Refused,
  type StartBackendOptions,
  startBackend,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { StreamClient } from "./client-component.ts";
import type { SentMessages } from "./sent-messages.ts";
import type { TestUser } from "./users.ts";

/** What plugins request of a network besides sending. */
export type Request =
  | { readonly kind: "join"; readonly backend: string; readonly channel: string }
  | {
      readonly kind: "leave";
      readonly backend: string;
      readonly channel: string;
      readonly reason: string;
    }
  | {
      readonly kind: "topic";
      readonly backend: string;
      readonly channel: string;
      readonly topic: string;
    };

/** The requests that `failNext` can make fail. */
export type RequestKind = "send" | "action" | "join" | "leave" | "topic";

export interface NetworkOptions {
  /** `type/id`, such as `irc/libera`. */
  readonly name: string;
  /** Prefix of commands. Default: `!`. */
  readonly commandPrefix?: string | undefined;
  /** The bot's own name; a line that begins with it is a mention. Default: `seabird`. */
  readonly nick?: string | undefined;
  /** Further metadata of the backend; overrides that of the testbed. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface NetworkDeps {
  readonly settings: NetworkOptions;
  readonly sent: SentMessages;
  readonly requests: Request[];
  readonly label: (kind: "channel" | "user", id: string) => string;
}

export class ScriptedNetwork {
  /** `type/id`. */
  readonly name: string;
  readonly type: string;
  readonly id: string;
  readonly #deps: NetworkDeps;
  readonly #failures = new Map<string, string[]>();
  #host: BackendHost | undefined;

  constructor(deps: NetworkDeps) {
    const { name } = deps.settings;
    const [, type = "", id = ""] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
    if (type === "") throw new TypeError(`a backend is called type/id, not "${name}"`);
    this.name = name;
    this.type = type;
    this.id = id;
    this.#deps = deps;
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
        this.#host = host;
        return this.#connection();
      },
    });
    const running = startBackend(definition, { ...options, id: this.id });
    return {
      ready: () => running.ready(),
      states: () => running.coreStates(),
      close: () => running.close(),
    };
  }

  /** Announces a channel, unless it is known already. */
  join(channel: string): void {
    const { channels } = this.#connected();
    if (channels.get(channel) === undefined) channels.joined({ id: channel });
  }

  /** The next request of this kind to a channel or user is refused. */
  failNext(kind: RequestKind, target: string, reason: string): void {
    const key = `${kind} ${target}`;
    this.#failures.set(key, [...(this.#failures.get(key) ?? []), reason]);
  }

  /** Sent as a command or a mention if it reads like one. */
  say(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().emit.message({ channel, user, tags, ...toIncoming(content) });
  }

  mention(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().emit.mention({ channel, user, tags, ...toIncoming(content) });
  }

  act(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().emit.action({ channel, user, tags, ...toIncoming(content) });
  }

  sayPrivately(user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().emit.privateMessage({ user, tags, ...toIncoming(content) });
  }

  actPrivately(user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().emit.privateAction({ user, tags, ...toIncoming(content) });
  }

  #connected(): BackendHost {
    if (this.#host === undefined) throw new Error(`${this.name} has not been started`);
    return this.#host;
  }

  #connection(): BackendConnection {
    const { requests, settings } = this.#deps;
    const backend = this.name;
    return {
      send: (to, message) => this.#send(to, message),
      join: (channel) => {
        requests.push({ kind: "join", backend, channel });
        this.#refuse("join", channel);
        return { id: channel };
      },
      leave: (channel, reason) => {
        requests.push({ kind: "leave", backend, channel, reason });
        this.#refuse("leave", channel);
      },
      setTopic: (channel, topic) => {
        requests.push({ kind: "topic", backend, channel, topic });
        this.#refuse("topic", channel);
      },
      metadata: () => settings.metadata ?? {},
      close: () => undefined,
    };
  }

  #send({ kind: target, id }: Target, { kind, text, block, tags }: OutgoingMessage): void {
    const { sent, label } = this.#deps;
    this.#refuse(kind === "action" ? "action" : "send", id);
    sent.add(label(target, id), kind, { text, rootBlock: block, tags });
  }

  /** Throws if the test wants this request to fail. */
  #refuse(kind: RequestKind, target: string): void {
    const reason = this.#failures.get(`${kind} ${target}`)?.shift();
    if (reason !== undefined) throw new Refused(reason);
  }
}

function toIncoming(content: Content) {
  return typeof content === "string" ? { text: content } : { block: contentBlock(content) };
}
