/** What a backend declares that it can do and what it reports (protocol: Capabilities). */
import type { LimitName, ReportedFeature, Feature as RequestFeature } from "@seabird-chat/protocol";

/** `partial`: not in every case. `none` takes away what a function would declare. */
export type Support = "full" | "partial" | "none";

/** Features by their names here, and their names on the wire. */
export const FEATURES = {
  edit: "edit",
  delete: "delete",
  react: "react",
  reply: "reply",
  thread: "thread",
  attachment: "attachment",
  persona: "persona",
  typing: "typing",
  members: "members",
  mention: "mention",
  emoji: "emoji",
  fetchAttachment: "fetch_attachment",
  messageIds: "message_ids",
  messageEdited: "message_edited",
  messageDeleted: "message_deleted",
  reaction: "reaction",
  member: "member",
  userChanged: "user_changed",
  typingEvents: "typing_events",
} as const satisfies Readonly<Record<string, RequestFeature | ReportedFeature>>;

export type Feature = keyof typeof FEATURES;

/** Limits by their names here, and their names on the wire. They are information: core does not split. */
export const CAPABILITY_LIMITS = {
  maxTextBytes: "max_text_bytes",
  maxAttachments: "max_attachments",
  maxAttachmentBytes: "max_attachment_bytes",
  editWindowSeconds: "edit_window_seconds",
  deleteWindowSeconds: "delete_window_seconds",
  maxReactionsPerUser: "max_reactions_per_user",
} as const satisfies Readonly<Record<string, LimitName>>;

export type CapabilityLimit = keyof typeof CAPABILITY_LIMITS;

/**
 * What one channel, or the whole network, can do.
 *
 * `edit`, `delete`, `react`, `typing`, `members` and `fetchAttachment` are `full` if the connection has the function,
 * unless you declare `partial` or `none`; without the function they are not declared. The others
 * are what you declare. Where `reply`, `thread`, `persona`, `attachment`, `mention` or `emoji` is
 * missing, core writes it as text before the message reaches `send`.
 */
export type ChannelCapabilities = { readonly [Name in Feature]?: Support | undefined } & {
  /** Default: the backend's `formats`. */
  readonly formats?: readonly string[] | undefined;
  /** Whole numbers. Default of `maxTextBytes`: the backend's `maxMessageBytes`. */
  readonly limits?: { readonly [Name in CapabilityLimit]?: number | undefined } | undefined;
  /** The only emoji that one may react with. Default: any. */
  readonly allowedReactions?: readonly string[] | undefined;
};

/** What the network can do, and where channels differ. */
export type BackendCapabilities = ChannelCapabilities & {
  /**
   * By channel id: replaces the whole for that channel. A thread without its own has its parent's.
   */
  readonly channels?: Readonly<Record<string, ChannelCapabilities>> | undefined;
};
