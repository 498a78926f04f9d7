/** The names in Capabilities and in discovery (docs/protocol.md: "Capabilities"). */

/** The name of the messages extension in the header `seabird-extensions` and in CoreInfoResponse. */
export const MESSAGES_EXTENSION = "messages";
/** The same of the media extension. */
export const MEDIA_EXTENSION = "media";
/** The response header with the names of core's extensions. */
export const EXTENSIONS_HEADER = "seabird-extensions";
/** The response header with the name of this run of core. */
export const INSTANCE_HEADER = "seabird-instance";

/** What a backend may be asked for, or of a send. */
export const FEATURES = [
  "edit",
  "delete",
  "react",
  "reply",
  "thread",
  "attachment",
  "persona",
  "typing",
  "members",
  "mention",
  "emoji",
  "fetch_attachment",
] as const;

/** The name of something that a backend may be asked for. */
export type Feature = (typeof FEATURES)[number];

/** What a backend may report without being asked. */
export const REPORTED_FEATURES = [
  "message_ids",
  "message_edited",
  "message_deleted",
  "reaction",
  "member",
  "user_changed",
  "typing_events",
] as const;

/** The name of something that a backend may report. */
export type ReportedFeature = (typeof REPORTED_FEATURES)[number];

/** The names of a network's limits. */
export const LIMIT_NAMES = [
  "max_text_bytes",
  "max_attachments",
  "max_attachment_bytes",
  "edit_window_seconds",
  "delete_window_seconds",
  "max_reactions_per_user",
] as const;

/** The name of a network's limit. */
export type LimitName = (typeof LIMIT_NAMES)[number];
