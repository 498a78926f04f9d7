/** What a backend reports from its network, as its author gives it. */
import type { Block } from "@seabird-chat/protocol";
import type { BackendEmoji, BackendUser, MessageReference, Target } from "./network-types.ts";

interface Incoming {
  /** The id, or an object if there is more to know, such as a name. */
  readonly user: string | BackendUser;
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What the network knows about a message. */
export interface IncomingInfo {
  /** The network's own id, at most 512 bytes. Missing: it has none. */
  readonly id?: string | undefined;
  /** By the network's clock; a number is milliseconds since 1970. */
  readonly sentAt?: Date | number | undefined;
  /** The message that it answers. */
  readonly replyTo?: MessageReference | undefined;
  /** At most 512 bytes, which come back in an answer (`OutgoingMessage`). Never a secret. */
  readonly referrer?: string | undefined;
}

/** One of `text` and `block` is needed. Files are `attachment` blocks. */
interface IncomingContent {
  readonly text?: string | undefined;
  /** The same with its formatting; `text` is then ignored. */
  readonly block?: Block | undefined;
}

/** A message from the network. Ids are the network's own. One of `text` and `block` is needed. */
export interface IncomingMessage extends Incoming, IncomingContent, IncomingInfo {}

export interface IncomingChannelMessage extends IncomingMessage {
  readonly channel: string;
}

export interface IncomingCommand extends Incoming, IncomingInfo {
  readonly channel: string;
  /** Without prefix. */
  readonly command: string;
  readonly arg: string;
  /** The argument with its mentions and attachments. */
  readonly argBlock?: Block | undefined;
}

/** A message as it is after an edit, whole. */
export interface IncomingEdit extends IncomingContent, IncomingInfo {
  readonly conversation: Target;
  /** Id of the edited message. */
  readonly id: string;
  /** Who wrote it. */
  readonly user: string | BackendUser;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

export interface IncomingDeletion {
  readonly conversation: Target;
  /** At most 1,000. */
  readonly ids: readonly string[];
  /** Who deleted them, if the network says. */
  readonly by?: string | BackendUser | undefined;
  readonly reason?: string | undefined;
}

/** A removal without `user` or `emoji` means all such reactions to the message. */
export interface IncomingReaction {
  readonly conversation: Target;
  readonly messageId: string;
  readonly user?: string | BackendUser | undefined;
  /** A text stands for an emoji without id and picture. */
  readonly emoji?: string | BackendEmoji | undefined;
  /** Taken back. Default: false. */
  readonly removed?: boolean | undefined;
}

export interface IncomingTyping {
  readonly conversation: Target;
  readonly user: string | BackendUser;
  /** False: has stopped. Default: true. */
  readonly isActive?: boolean | undefined;
  /** Milliseconds after which it counts as stopped. Default: 10,000. */
  readonly expiresMs?: number | undefined;
}

/** Somebody came into a channel or went from it. */
export interface IncomingMember {
  readonly channel: string;
  readonly user: string | BackendUser;
  readonly reason?: string | undefined;
}

export interface IncomingRemoval extends IncomingMember {
  /** Who removed them, if the network says. */
  readonly by?: string | BackendUser | undefined;
}

/** Somebody's id, name, picture or account changed. */
export interface IncomingUserChange {
  readonly before: string | BackendUser;
  readonly user: string | BackendUser;
}
