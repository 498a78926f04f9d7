/**
 * What events consist of: people, messages, files, emoji and channels, from the protocol's fields.
 * Pure. Ids are in their normal form; what the network does not give is empty or undefined.
 */
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import {
  type AttachmentBlock,
  type Block,
  type MessageReference,
  type Presentation,
  type Channel as WireChannel,
  type Conversation as WireConversation,
  type User as WireUser,
  walkBlocks,
} from "@seabird-chat/protocol";
import type { Conversation } from "../link/message-reference.ts";
import { type ChannelRef, originOf } from "./origins.ts";

/** Somebody by id and name. */
export interface Person {
  /** Absolute; empty if the backend sent none. */
  readonly id: string;
  readonly displayName: string;
}

/** A user of a chat network. */
export interface User extends Person {
  /** A picture that anybody may open; may be empty. */
  readonly avatarUrl: string;
  /** Whether the network says that it is a program. */
  readonly isBot: boolean;
  /**
   * The name by which the network vouches for this person, where it is stronger than the id or
   * differs from it; else empty.
   */
  readonly account: string;
}

/** The message that another one answers, as far as the network tells. */
export interface RepliedMessage {
  /** The network's id; empty if it is not known. */
  readonly id: string;
  readonly author: User | undefined;
  /** What it said, at most 300 bytes of it. */
  readonly text: string;
  /** Only if it is in another conversation. */
  readonly conversation: Conversation | undefined;
}

/** A file of a message. */
export interface ReceivedAttachment {
  /** The backend's name for it, absolute; may be empty. */
  readonly id: string;
  /** Where anybody can open it; may be empty. */
  readonly url: string;
  readonly name: string;
  /** Such as `image/png`. */
  readonly contentType: string;
  readonly sizeBytes: number | undefined;
  /** In pixels. */
  readonly width: number | undefined;
  /** In pixels. */
  readonly height: number | undefined;
  readonly durationMs: number | undefined;
  /** Alternative text. */
  readonly description: string;
  readonly presentation: Presentation;
  readonly isSpoiler: boolean;
  /** When the url stops working. */
  readonly expiresAt: Date | undefined;
}

/** A message, besides its content. */
export interface ReceivedMessage {
  /** The network's id, unique within its conversation; empty if the network gives none. */
  readonly id: string;
  /** By the network's clock. */
  readonly sentAt: Date | undefined;
  readonly replyTo: RepliedMessage | undefined;
  /** The files in its content, in order. */
  readonly attachments: readonly ReceivedAttachment[];
  /** What the backend wants back in an answer; `reply` sends it. Mostly empty. */
  readonly referrer: string;
}

/** An emoji that somebody reacts with. */
export interface ReceivedEmoji {
  /** The emoji itself, or `:name:` for one of the network's own. */
  readonly text: string;
  /** The identity of one of the network's own; else empty. */
  readonly id: string;
  /** Its picture; may be empty. */
  readonly url: string;
}

/** A channel with all that core knows of it. */
export interface KnownChannel extends ChannelRef {
  /** Its name for people. */
  readonly displayName: string;
  readonly topic: string;
  /** The channel that this thread is in; undefined: it is no thread. */
  readonly parent: ChannelRef | undefined;
  /** Whether it is a private channel by itself; a thread may also be one by its parent. */
  readonly isPrivate: boolean;
  /** The message that this thread hangs on; empty if there is none. */
  readonly rootMessageId: string;
}

export function normal(id: string): string {
  return originOf(id).channel.id;
}

export function toUser(user: WireUser | undefined): User {
  if (user === undefined) return NOBODY;
  const { displayName, avatarUrl, isBot, account } = user;
  return { id: normal(user.id), displayName, avatarUrl, isBot, account };
}

const NOBODY: User = Object.freeze({
  id: "",
  displayName: "",
  avatarUrl: "",
  isBot: false,
  account: "",
});

/** Undefined for a user without id and name. */
export function toKnownUser(user: WireUser | undefined): User | undefined {
  return user === undefined || (user.id === "" && user.displayName === "")
    ? undefined
    : toUser(user);
}

export function toConversation(wire: WireConversation | undefined): Conversation {
  const { case: where, value = "" } = wire?.where ?? {};
  return where === "userId" ? { userId: normal(value) } : { channelId: normal(value) };
}

export function toReplied(reference: MessageReference | undefined): RepliedMessage | undefined {
  if (reference === undefined) return undefined;
  const { messageId, author, text, conversation } = reference;
  return {
    id: messageId,
    author: toKnownUser(author),
    text,
    conversation: conversation?.where.case && toConversation(conversation),
  };
}

/** Undefined for a moment that no Date holds. */
export function toDate(time: Timestamp | undefined): Date | undefined {
  const date = time && timestampDate(time);
  return date === undefined || Number.isNaN(date.getTime()) ? undefined : date;
}

/** The files of a message, in the order in which they are read. */
export function attachmentsIn(block: Block | undefined): readonly ReceivedAttachment[] {
  if (block === undefined) return [];
  return Array.from(walkBlocks(block)).flatMap(({ inner }) =>
    inner.case === "attachment" ? [toAttachment(inner.value)] : [],
  );
}

function toAttachment(file: AttachmentBlock): ReceivedAttachment {
  const { url, name, contentType, description, presentation, isSpoiler } = file;
  return {
    id: normal(file.id),
    ...{ url, name, contentType, description, presentation, isSpoiler },
    sizeBytes: known(file.sizeBytes),
    width: known(file.width),
    height: known(file.height),
    durationMs: known(file.durationMs),
    expiresAt: toDate(file.expiresAt),
  };
}

/** Zero is the protocol's absent number. */
function known(value: number | bigint): number | undefined {
  return Number(value) === 0 ? undefined : Number(value);
}

export function toChannel(wire: WireChannel | undefined): KnownChannel {
  const { id = "", displayName = "", topic = "", parentId = "" } = wire ?? {};
  return {
    ...originOf(id).channel,
    ...{ displayName, topic },
    parent: parentId === "" ? undefined : originOf(parentId).channel,
    isPrivate: wire?.isPrivate === true,
    rootMessageId: wire?.rootMessageId ?? "",
  };
}
