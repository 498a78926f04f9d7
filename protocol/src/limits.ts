/**
 * The bounds of the messages extension (docs/protocol.md: "Bounds"), which core enforces and
 * clients keep to. Sizes are in bytes of UTF-8.
 */

/**
 * How many blocks one message may have, those inside others included; a link, mention, emoji, time or
 * file counts as 4. With it, normalising, degrading and encoding a message takes at most 5 ms of a
 * processor.
 */
export const MAX_MESSAGE_BLOCKS = 8_192;
/** Of a message id, in bytes. */
export const MAX_MESSAGE_ID_BYTES = 512;
/** Of `referrer`, in bytes. */
export const MAX_REFERRER_BYTES = 512;
/** Of an emoji's `text`, in bytes, and of its `id`. */
export const MAX_EMOJI_BYTES = 512;
/** Of a user's `avatar_url`, in bytes, and of their `account`. */
export const MAX_USER_FIELD_BYTES = 2_048;
/** Of the text in a reference to a message, in bytes; longer ones are cut at a code point. */
export const MAX_REFERENCE_TEXT_BYTES = 300;
/** Of the name in a quote or a persona's prefix, in bytes; longer ones are cut at a code point. */
export const MAX_QUOTE_NAME_BYTES = 64;
/** Of an idempotency key, in bytes. */
export const MAX_IDEMPOTENCY_KEY_BYTES = 64;
/** How many messages one send may become. */
export const MAX_IDS_PER_SEND = 100;
/** How many message ids one call may name, and one `message_deleted`. */
export const MAX_IDS_PER_CALL = 1_000;
/** How many members an answer to ListMembers has; more are cut, and it is not complete. */
export const MAX_LISTED_MEMBERS = 10_000;
/** How many kinds a subscription may name, repetitions included. */
export const MAX_SUBSCRIBED_KINDS = 64;
/** What a reader assumes of a `typing` event whose `expires_ms` is 0, in milliseconds. */
export const DEFAULT_TYPING_EXPIRES_MS = 10_000;
/** How many entries each list and map of Capabilities has, but `channels`. */
export const MAX_CAPABILITY_ENTRIES = 256;
/** How many channels may have capabilities of their own. */
export const MAX_CAPABILITY_CHANNELS = 10_000;
/** Of a name in Capabilities, in bytes. */
export const MAX_CAPABILITY_NAME_BYTES = 64;
/**
 * For how long core remembers an idempotency key once its send has succeeded, or its first caller
 * has gone without an outcome, in milliseconds.
 */
export const IDEMPOTENCY_MS = 600_000;
