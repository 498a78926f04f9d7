/** What plugins do with messages, by the requests of core. */
import { type Block, walkBlocks } from "@seabird-chat/protocol";
import {
  type ChannelMembers,
  type DeleteRequest,
  type OutgoingEdit,
  type OutgoingMessage,
  type OutgoingReaction,
  pause,
  Refused,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import { type Chat, toReference } from "./chat.ts";
import { showEmoji } from "./format.ts";
import type { RememberedMessage } from "./messages.ts";
import { toShown, whyRefused } from "./outbound.ts";
import { MAX_REACTIONS } from "./reactions.ts";

/** Milliseconds after which somebody who types counts as stopped, unless it is said again. */
const TYPING_MS = 10_000;

const NO_MESSAGE = "there is no such message here, or not any more";

export interface PluginRequestsOptions {
  /** Called with the words of each thing that a plugin did. */
  readonly onOutput: (words: string) => void;
  /** Called when the bot begins to type or has stopped. */
  readonly onTyping: () => void;
}

export class PluginRequests {
  readonly #chat: Chat;
  readonly #options: PluginRequestsOptions;
  /** By conversation; aborted when it has stopped. */
  readonly #typing = new Map<string, AbortController>();

  constructor(chat: Chat, options: PluginRequestsOptions) {
    this.#chat = chat;
    this.#options = options;
  }

  /** Throws a Refused for a room or person that is not there. */
  send(to: Target, message: OutgoingMessage): Sent {
    const { host, people, messages, display } = this.#chat;
    this.#check(to);
    const { kind, block, name } = toShown(to, message);
    // A persona is not to be taken for somebody who is here.
    const isTaken = name !== undefined && people.has(name);
    const remembered = messages.add({
      conversation: to,
      kind,
      author: host.config.nick,
      isBot: true,
      name: isTaken ? `${name} (${host.config.nick})` : name,
      text: message.text,
      sentAt: host.clock.wallMs(),
      replyTo: this.#toReply(to, message),
    });
    this.#endTyping(to);
    this.#linkFiles(block);
    display.said(remembered, block);
    this.#options.onOutput(message.text);
    return { ids: [remembered.id] };
  }

  edit(to: Target, ids: readonly string[], { text, block }: OutgoingEdit): Sent {
    const { messages, display } = this.#chat;
    this.#check(to);
    const [id = "", ...others] = new Set(ids);
    const message = messages.byId(to, id);
    if (message === undefined) throw new Refused(NO_MESSAGE);
    if (!message.isBot) throw new Refused("that message is somebody else's");
    if (others.length > 0) throw new Refused("these ids are not those of one message");
    messages.edit(message, text);
    this.#linkFiles(block);
    display.edited(message, block);
    this.#options.onOutput(text);
    return { ids: [id] };
  }

  /** Files without a public url are shown with their address at core. */
  #linkFiles(block: Block): void {
    for (const { inner } of walkBlocks(block)) {
      if (inner.case === "attachment") {
        inner.value.url = this.#chat.host.attachmentUrl(inner.value);
      }
    }
  }

  /** Returns those that are not there. */
  delete(
    to: Target,
    ids: readonly string[],
    { reason }: Pick<DeleteRequest, "reason">,
  ): Readonly<Record<string, string>> {
    const { host, messages, display } = this.#chat;
    this.#check(to);
    const failed = new Map<string, string>();
    for (const id of new Set(ids)) {
      const message = messages.byId(to, id);
      if (message === undefined) {
        failed.set(id, NO_MESSAGE);
        continue;
      }
      messages.delete(message);
      display.deleted(message, host.config.nick, reason);
      this.#options.onOutput(message.text);
    }
    return Object.fromEntries(failed);
  }

  react(to: Target, id: string, { emoji, removed }: OutgoingReaction): void {
    const { host, messages, display } = this.#chat;
    const { nick } = host.config;
    this.#check(to);
    const message = messages.byId(to, id);
    if (message === undefined) throw new Refused(NO_MESSAGE);
    const shown = emoji === undefined ? undefined : showEmoji(emoji);
    if (shown === "") throw new Refused("that emoji cannot be shown here");
    const { reactions } = message;
    if (!removed && reactions.isFull(shown ?? "")) {
      throw new Refused(`a message has at most ${MAX_REACTIONS} different reactions`);
    }
    const changed = removed ? reactions.remove(nick, shown) : reactions.add(nick, shown ?? "");
    if (changed.length > 0) display.reacted(message, nick, changed.join(" "), removed);
    this.#options.onOutput(shown ?? "");
  }

  setTyping(to: Target, isActive: boolean): void {
    this.#check(to);
    const isNew = !this.#endTyping(to);
    if (!isActive) return;
    const stop = new AbortController();
    this.#typing.set(keyOf(to), stop);
    const { host, display } = this.#chat;
    if (isNew) display.typing(to);
    this.#options.onTyping();
    void pause(host.clock, TYPING_MS, AbortSignal.any([host.signal, stop.signal])).then(() => {
      if (!stop.signal.aborted) this.#endTyping(to);
    });
  }

  isTyping(to: Target): boolean {
    return this.#typing.has(keyOf(to));
  }

  members(room: string): ChannelMembers {
    const { host, people } = this.#chat;
    this.#check({ kind: "channel", id: room });
    const bot = { id: host.config.nick, isBot: true };
    return { members: [...people.in(room), bot], isComplete: true };
  }

  #check(to: Target): void {
    const { people, rooms } = this.#chat;
    const why = whyRefused(to, {
      hasPerson: (name) => people.has(name),
      hasRoom: (name) => rooms.has(name),
    });
    if (why !== undefined) throw new Refused(why);
  }

  /** What a message here says is known better than by who answers it. */
  #toReply(to: Target, { replyTo }: OutgoingMessage): RememberedMessage["replyTo"] {
    if (replyTo === undefined) return undefined;
    const known = this.#chat.messages.byId(replyTo.conversation ?? to, replyTo.messageId);
    return known === undefined ? replyTo : toReference(known);
  }

  /** False if it was not typing. */
  #endTyping(to: Target): boolean {
    const key = keyOf(to);
    const typing = this.#typing.get(key);
    if (typing === undefined) return false;
    this.#typing.delete(key);
    typing.abort();
    this.#options.onTyping();
    return true;
  }
}

function keyOf({ kind, id }: Target): string {
  return `${kind} ${id}`;
}
