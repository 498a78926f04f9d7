/** The last messages of each conversation, as later ones refer to them. */
import type { Target } from "@seabird-chat/sdk/backend";
import { copy } from "../inbound/read-stanza.ts";

/** A message of anybody, the bot too. */
export interface RecentMessage {
  readonly conversation: Target;
  /** The id that core knows: the room's stanza id (XEP-0359), else the sender's id. */
  readonly id: string;
  /** The `id` that its sender gave it; XEP-0308 refers to it. */
  readonly originId?: string | undefined;
  /** Who wrote it: the address in a room (`room@host/nick`), else the bare address. */
  readonly userId: string;
  /** XEP-0421, of a message in a room that gives them. */
  readonly occupantId?: string | undefined;
  readonly isOwn: boolean;
  /** Somebody else may have the author's address by now, so that it no longer tells who wrote. */
  readonly isAuthorGone?: boolean | undefined;
  /** Without formatting; cut to 300 characters. */
  readonly text: string;
}

/** Ids of one conversation's messages, of which each has up to three; the oldest are forgotten first. */
const MAX_IDS = 400;
/** Of all conversations: then the one that was silent for longest is forgotten. About 20 MB. */
const MAX_ALL_IDS = 20_000;
const MAX_TEXT = 300;

export class RecentMessages {
  /** By conversation, then by each id of a message. */
  readonly #conversations = new Map<string, Map<string, RecentMessage>>();
  #count = 0;

  remember(message: RecentMessage): void {
    const key = keyOf(message.conversation);
    const known = this.#conversations.get(key) ?? new Map<string, RecentMessage>();
    this.#conversations.delete(key);
    this.#conversations.set(key, known);
    this.#count -= known.size;
    const kept = detached(message);
    for (const id of new Set([kept.id, kept.originId ?? kept.id])) {
      known.delete(id);
      known.set(id, kept);
    }
    for (const id of known.keys()) {
      if (known.size <= MAX_IDS) break;
      known.delete(id);
    }
    this.#count += known.size;
    for (const [conversation, { size }] of this.#conversations) {
      if (this.#count <= MAX_ALL_IDS) break;
      this.#conversations.delete(conversation);
      this.#count -= size;
    }
  }

  /**
   * Somebody's address in a room is free: whoever has it from now on did not write what was said under
   * it, in the room or in private.
   */
  authorLeft(room: string, userId: string): void {
    for (const conversation of [
      { kind: "channel", id: room },
      { kind: "user", id: userId },
    ] as const) {
      const known = this.#conversations.get(keyOf(conversation));
      for (const [id, message] of known ?? []) {
        if (message.userId !== userId || message.occupantId !== undefined) continue;
        known?.set(id, { ...message, isAuthorGone: true });
      }
    }
  }

  /** The bot does not see who comes and goes in a room that it is not in: any address may change hands. */
  unwatched(room: string): void {
    for (const [key, known] of this.#conversations) {
      const isHere =
        key === keyOf({ kind: "channel", id: room }) || key.startsWith(`user ${room}/`);
      if (!isHere) continue;
      for (const [id, message] of known) {
        if (message.occupantId === undefined) known.set(id, { ...message, isAuthorGone: true });
      }
    }
  }

  /** By either of its ids. */
  get(conversation: Target, id: string): RecentMessage | undefined {
    return this.#conversations.get(keyOf(conversation))?.get(id);
  }
}

function detached(message: RecentMessage): RecentMessage {
  const { conversation, id, originId, userId, occupantId, text } = message;
  return {
    ...message,
    conversation: { kind: conversation.kind, id: copy(conversation.id) },
    ...{ id: copy(id), userId: copy(userId), text: copy(text.slice(0, MAX_TEXT)) },
    originId: originId === undefined ? undefined : copy(originId),
    occupantId: occupantId === undefined ? undefined : copy(occupantId),
  };
}

function keyOf({ kind, id }: Target): string {
  return `${kind} ${id}`;
}
