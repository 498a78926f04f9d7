/** What core asks of a scripted network: sends, edits, reactions, joins and the like. */

import { BoundedMap } from "@seabird-chat/sdk";
import {
  type BackendConnection,
  type BackendHost,
  type OutgoingMessage,
  Refused,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { NetworkFeatures } from "./network-features.ts";
import { SendPace } from "./send-pace.ts";
import {
  type SentDeletion,
  type SentEdit,
  SentMessage,
  type SentMessages,
  type SentReaction,
} from "./sent-messages.ts";
import { showBlock } from "./show-block.ts";
import type { MessageReports, TestMessageDeps } from "./test-message.ts";
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

export const REQUEST_KINDS = [
  ...(["send", "action", "edit", "delete", "react", "typing", "members"] as const),
  ...(["join", "leave", "topic"] as const),
] as const;

/** The requests that `failNext` can make fail. */
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface ConnectionDeps {
  readonly name: string;
  readonly features: NetworkFeatures;
  readonly sent: SentMessages;
  readonly requests: Request[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly label: (to: Target) => string;
  readonly host: () => BackendHost;
  readonly people: Pick<TestMessageDeps, "user" | "idle">;
  readonly network: MessageReports;
  /** The bot's own name on the network. */
  readonly nick: string;
}

/** Messages that can be edited, deleted and reacted to; the oldest are forgotten. */
const MAX_MESSAGES = 20_000;

type Without<T, Key extends string> = T extends unknown ? Omit<T, Key> : never;
type Change = Without<SentEdit | SentReaction | SentDeletion, "to">;

/** By whom a message is: a person, or the bot. */
type Owner = "person" | "bot";

/** Its messages, members and typing bot last over reconnects. */
export class ScriptedConnection {
  readonly #deps: ConnectionDeps;
  readonly #failures = new Map<string, string[]>();
  readonly #owners = new BoundedMap<string, Owner>(MAX_MESSAGES);
  readonly #members = new Map<string, Map<string, TestUser>>();
  readonly #typing = new Set<string>();
  readonly #files = new Map<string, Uint8Array>();
  readonly #shown = new Set<string>();
  readonly #pace: SendPace;
  #lastId = 0;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#pace = new SendPace(() => deps.host().clock);
  }

  /** How long each send takes, one after the other in each channel. */
  answersAfter(ms: number): void {
    this.#pace.set(ms);
  }

  /** The next request of this kind to a channel or user is refused. */
  failNext(kind: RequestKind, target: string, reason: string): void {
    const key = `${kind} ${target}`;
    this.#failures.set(key, [...(this.#failures.get(key) ?? []), reason]);
  }

  /** What it hands over when core asks for the file of this id. */
  addFile(id: string, bytes: Uint8Array): void {
    this.#files.set(id, bytes);
  }

  /** The ids of a new message there; none if the network gives none. */
  newIds(where: Target, owner: Owner): readonly string[] {
    if (!this.#deps.features.has("message_ids")) return [];
    this.#lastId += 1;
    const id = `m${this.#lastId}`;
    this.#owners.set(keyOf(where, id), owner);
    return [id];
  }

  forget(where: Target, ids: readonly string[]): void {
    for (const id of ids) this.#owners.delete(keyOf(where, id));
  }

  /** The people in a channel, by id: who joined or said something there, and has not left. */
  membersOf(channel: string): Map<string, TestUser> {
    const known = this.#members.get(channel) ?? new Map<string, TestUser>();
    this.#members.set(channel, known);
    return known;
  }

  isTyping({ kind, id }: Target): boolean {
    return this.#typing.has(`${kind} ${id}`);
  }

  /** Whether the bot was shown typing there since the last call. */
  takeTyping({ kind, id }: Target): boolean {
    return this.#shown.delete(`${kind} ${id}`);
  }

  /** What the SDK calls. */
  connect(): BackendConnection {
    const { metadata } = this.#deps;
    return {
      send: (to, message) =>
        this.#pace.run(`${to.kind} ${to.id}`, message.signal, () => this.#send(to, message)),
      edit: (to, ids, message) => {
        this.#refuse("edit", to.id);
        for (const id of ids) this.#needOwn(to, id);
        const { text, block, tags } = message;
        const kind = "edit";
        this.#add({ to, kind, ids, text, block, tags, shown: showBlock(block) });
      },
      delete: (to, ids, { reason: text }) => {
        this.#refuse("delete", to.id);
        const gone = ids.filter((id) => this.#owners.has(keyOf(to, id)));
        this.forget(to, gone);
        if (gone.length > 0) this.#add({ to, kind: "deletion", ids: gone, text, shown: text });
        const failed = ids.filter((id) => !gone.includes(id));
        return Object.fromEntries(failed.map((id) => [id, noSuchMessage(id)]));
      },
      react: (to, id, { emoji = NO_EMOJI, removed }) => {
        this.#refuse("react", to.id);
        if (!this.#owners.has(keyOf(to, id))) throw new Refused(noSuchMessage(id));
        const kind = removed ? "removedReaction" : "reaction";
        this.#add({ to, kind, ids: [id], emoji, text: emoji.text, shown: emoji.text });
      },
      setTyping: ({ kind, id }, isActive) => {
        this.#refuse("typing", id);
        const key = `${kind} ${id}`;
        if (isActive) this.#shown.add(key);
        if (isActive) this.#typing.add(key);
        else this.#typing.delete(key);
      },
      members: (channel) => {
        this.#refuse("members", channel);
        return { members: [...this.membersOf(channel).values()], isComplete: true };
      },
      fetchAttachment: (id, upload) => {
        const bytes = this.#files.get(id);
        if (bytes === undefined) throw new Refused(`there is no file ${id}`);
        return upload({ bytes });
      },
      join: (channel) => {
        this.#request({ kind: "join", channel });
        return { id: channel };
      },
      leave: (channel, reason) => this.#request({ kind: "leave", channel, reason }),
      setTopic: (channel, topic) => this.#request({ kind: "topic", channel, topic }),
      metadata: () => metadata,
      close: () => undefined,
    };
  }

  #send(to: Target, message: OutgoingMessage): Sent {
    this.#refuse(message.kind === "action" ? "action" : "send", to.id);
    const { sent, label, people, network, nick } = this.#deps;
    const thread = this.#threadOf(to, message);
    const where = thread ?? to;
    const ids = this.newIds(where, "bot");
    const author = { id: nick, displayName: nick, isBot: true, tags: {} };
    sent.add(new SentMessage(label(where), message, { ...people, network, where, ids, author }));
    const isLost = message.startThread && thread === undefined;
    return { ids, channel: thread?.id, degraded: isLost ? ["thread"] : [] };
  }

  /** Announces the thread that a message opens, as channels of its own name. */
  #threadOf(to: Target, { startThread, replyTo }: OutgoingMessage): Target | undefined {
    if (!startThread || replyTo === undefined || to.kind === "user") return undefined;
    const { channels } = this.#deps.host();
    const id = threadId(to.id, replyTo.messageId);
    if (channels.get(id) === undefined) {
      channels.joined({ id, parentId: to.id, rootMessageId: replyTo.messageId });
    }
    return { kind: "channel", id };
  }

  #add({ to, ...item }: { readonly to: Target } & Change): void {
    this.#deps.sent.add({ ...item, to: this.#deps.label(to) });
  }

  #request(request: Without<Request, "backend">): void {
    this.#deps.requests.push({ ...request, backend: this.#deps.name });
    this.#refuse(request.kind, request.channel);
  }

  /** Throws if the test wants this request to fail. */
  #refuse(kind: RequestKind, target: string): void {
    const reason = this.#failures.get(`${kind} ${target}`)?.shift();
    if (reason !== undefined) throw new Refused(reason);
  }

  #needOwn(where: Target, id: string): void {
    const owner = this.#owners.get(keyOf(where, id));
    if (owner === undefined) throw new Refused(noSuchMessage(id));
    if (owner !== "bot") throw new Refused(`message ${id} is not the bot's`);
  }
}

const NO_EMOJI = { text: "", id: "", url: "" };

function noSuchMessage(id: string): string {
  return `there is no message ${id}`;
}

/** The channel of a thread. */
export function threadId(channel: string, messageId: string): string {
  return `${channel}:${messageId}`;
}

function keyOf({ kind, id }: Target, messageId: string): string {
  return `${kind} ${id} ${messageId}`;
}
