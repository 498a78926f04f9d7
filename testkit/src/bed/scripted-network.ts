/** A chat network that a test plays, behind a real backend of the SDK. */
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
import type { Person } from "./people.ts";
import type { Sends } from "./sends.ts";

/** What plugins ask of a network besides saying something. */
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

/** What can be made to fail. */
export type Failing = "send" | "action" | "join" | "leave" | "topic";

export interface NetworkSettings {
  /** `type/id`, such as `irc/libera`. */
  readonly name: string;
  /** What commands begin with. Default: `!`. */
  readonly commandPrefix?: string | undefined;
  /** The bot's own name; a line that begins with it is a mention. Default: `seabird`. */
  readonly nick?: string | undefined;
  /** What GetBackendInfo tells besides; wins over what the bed tells. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface NetworkInit {
  readonly settings: NetworkSettings;
  readonly sends: Sends;
  readonly requests: Request[];
  readonly label: (kind: "channel" | "user", id: string) => string;
}

export class ScriptedNetwork {
  /** `type/id`. */
  readonly name: string;
  readonly type: string;
  readonly id: string;
  readonly #init: NetworkInit;
  readonly #failures = new Map<string, string[]>();
  #client: BackendClient | undefined;

  constructor(init: NetworkInit) {
    const { name } = init.settings;
    const [, type = "", id = ""] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
    if (type === "") throw new TypeError(`a backend is called type/id, not "${name}"`);
    this.name = name;
    this.type = type;
    this.id = id;
    this.#init = init;
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

  /** The bot is in this channel, unless it was before. */
  join(channel: string): void {
    const client = this.#connected();
    const isKnown = client.channels.some(({ id }) => id === channel);
    if (!isKnown) client.joinChannel({ id: channel });
  }

  /** The next request of this kind to a channel or user is refused. */
  failNext(kind: Failing, target: string, reason: string): void {
    const key = `${kind} ${target}`;
    this.#failures.set(key, [...(this.#failures.get(key) ?? []), reason]);
  }

  /** Becomes a command or a mention if it reads like one. */
  say(channel: string, user: Person, content: Content, tags: Person["tags"]): void {
    const { commandPrefix: prefix = "!", nick = "seabird" } = this.#init.settings;
    const client = this.#connected();
    const who = { channelId: channel, user, tags };
    const line = contentBlock(content).plain;
    const heard = recognise(line, { prefix, self: { name: nick } });
    if (heard.kind === "command") {
      client.command({ ...who, command: heard.command, arg: heard.arg });
    } else if (heard.kind === "mention") {
      client.mention({ ...who, content: line.slice(heard.skip).trim() });
    } else client.message({ ...who, content });
  }

  mention(channel: string, user: Person, content: Content, tags: Person["tags"]): void {
    this.#connected().mention({ channelId: channel, user, content, tags });
  }

  act(channel: string, user: Person, content: Content, tags: Person["tags"]): void {
    this.#connected().action({ channelId: channel, user, content, tags });
  }

  sayPrivately(user: Person, content: Content, tags: Person["tags"]): void {
    this.#connected().privateMessage({ user, content, tags });
  }

  actPrivately(user: Person, content: Content, tags: Person["tags"]): void {
    this.#connected().privateAction({ user, content, tags });
  }

  #connected(): BackendClient {
    if (this.#client === undefined) throw new Error(`${this.name} has not been started`);
    return this.#client;
  }

  #handlers(): BackendHandlers {
    const { sends, label } = this.#init;
    const hear =
      (kind: "message" | "action", target: "channel" | "user") =>
      (request: Heard): Answer => {
        const id = request.channelId ?? request.userId ?? "";
        const refusal = this.#refusal(kind === "action" ? "action" : "send", id);
        if (refusal === undefined) sends.add(label(target, id), kind, request);
        return refusal ?? success();
      };
    return {
      sendMessage: hear("message", "channel"),
      sendPrivateMessage: hear("message", "user"),
      performAction: hear("action", "channel"),
      performPrivateAction: hear("action", "user"),
      ...this.#requests(),
      metadata: () => ({
        command_prefix: this.#init.settings.commandPrefix ?? "!",
        user_ids: "verified",
        ...this.#init.settings.metadata,
      }),
    };
  }

  #requests(): BackendHandlers {
    const { requests } = this.#init;
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

  #refusal(kind: Failing, target: string): Answer | undefined {
    const reason = this.#failures.get(`${kind} ${target}`)?.shift();
    return reason === undefined ? undefined : failed(reason);
  }
}

interface Heard {
  readonly channelId?: string;
  readonly userId?: string;
  readonly text: string;
  readonly rootBlock?: Parameters<Sends["add"]>[2]["rootBlock"];
  readonly tags: Readonly<Record<string, string>>;
}
