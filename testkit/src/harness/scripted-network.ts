/** A chat network that a test scripts, behind a real backend of the SDK. */
import { backendId, type Content, contentBlock } from "@seabird-chat/protocol";
import {
  type Answer,
  type BackendClient,
  type BackendHandlers,
  type ConnectOptions,
  connectBackend,
  failed,
  left,
  recognise,
  success,
} from "@seabird-chat/sdk/backend";
import type { SendRequest, SentMessages } from "./sent-messages.ts";
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
  #client: BackendClient | undefined;

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

  start(options: ConnectOptions): BackendClient {
    const { type, id } = this;
    this.#client = connectBackend({ ...options, type, id, handlers: this.#handlers() });
    return this.#client;
  }

  /** Announces a channel, unless it is known already. */
  join(channel: string): void {
    const client = this.#connected();
    const isKnown = client.channels.some(({ id }) => id === channel);
    if (!isKnown) client.joinChannel({ id: channel });
  }

  /** The next request of this kind to a channel or user is refused. */
  failNext(kind: RequestKind, target: string, reason: string): void {
    const key = `${kind} ${target}`;
    this.#failures.set(key, [...(this.#failures.get(key) ?? []), reason]);
  }

  /** Sent as a command or a mention if it reads like one. */
  say(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    const { commandPrefix: prefix = "!", nick = "seabird" } = this.#deps.settings;
    const client = this.#connected();
    const who = { channelId: channel, user, tags };
    const line = contentBlock(content).plain;
    const found = recognise(line, { prefix, self: { name: nick } });
    if (found.kind === "command") {
      client.command({ ...who, command: found.command, arg: found.arg });
    } else if (found.kind === "mention") {
      client.mention({ ...who, content: line.slice(found.skip).trim() });
    } else client.message({ ...who, content });
  }

  mention(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().mention({ channelId: channel, user, content, tags });
  }

  act(channel: string, user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().action({ channelId: channel, user, content, tags });
  }

  sayPrivately(user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().privateMessage({ user, content, tags });
  }

  actPrivately(user: TestUser, content: Content, tags: TestUser["tags"]): void {
    this.#connected().privateAction({ user, content, tags });
  }

  #connected(): BackendClient {
    if (this.#client === undefined) throw new Error(`${this.name} has not been started`);
    return this.#client;
  }

  #handlers(): BackendHandlers {
    const { sent, label } = this.#deps;
    const record =
      (kind: "message" | "action", target: "channel" | "user") =>
      (request: IncomingRequest): Answer => {
        const id = request.channelId ?? request.userId ?? "";
        const refusal = this.#refusal(kind === "action" ? "action" : "send", id);
        if (refusal === undefined) sent.add(label(target, id), kind, request);
        return refusal ?? success();
      };
    return {
      sendMessage: record("message", "channel"),
      sendPrivateMessage: record("message", "user"),
      performAction: record("action", "channel"),
      performPrivateAction: record("action", "user"),
      ...this.#requests(),
      metadata: () => ({
        command_prefix: this.#deps.settings.commandPrefix ?? "!",
        user_ids: "verified",
        ...this.#deps.settings.metadata,
      }),
    };
  }

  #requests(): BackendHandlers {
    const { requests } = this.#deps;
    const backend = this.name;
    return {
      joinChannel: ({ channelName: channel }) => {
        requests.push({ kind: "join", backend, channel });
        return this.#refusal("join", channel) ?? { kind: "joined", channel: { id: channel } };
      },
      leaveChannel: ({ channelId: channel, exitMessage: reason }) => {
        requests.push({ kind: "leave", backend, channel, reason });
        return this.#refusal("leave", channel) ?? left(channel);
      },
      updateChannelInfo: ({ channelId: channel, topic }) => {
        requests.push({ kind: "topic", backend, channel, topic });
        const refusal = this.#refusal("topic", channel);
        return refusal ?? { kind: "changed", channel: { id: channel, topic } };
      },
    };
  }

  #refusal(kind: RequestKind, target: string): Answer | undefined {
    const reason = this.#failures.get(`${kind} ${target}`)?.shift();
    return reason === undefined ? undefined : failed(reason);
  }
}

interface IncomingRequest extends SendRequest {
  readonly channelId?: string;
  readonly userId?: string;
}
