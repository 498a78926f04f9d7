/**
 * The language of Seabird: messages, ids, blocks and tags. Pure, and runs in a browser too.
 *
 * The messages are generated from the files in `proto/`; the rest is written by hand.
 */

export type { Attachment } from "./attachment.ts";
export { BlockError, MAX_BLOCK_DEPTH } from "./block-error.ts";
export {
  attachment,
  blockquote,
  bold,
  type Content,
  container,
  contentBlock,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  mention,
  spoiler,
  strikethrough,
  text,
  timestamp,
  underline,
} from "./blocks.ts";
export {
  channelConversation,
  readConversation,
  userConversation,
} from "./conversation.ts";
export {
  EXTENSIONS_HEADER,
  FEATURES,
  type Feature,
  INSTANCE_HEADER,
  LIMIT_NAMES,
  type LimitName,
  MEDIA_EXTENSION,
  MESSAGES_EXTENSION,
  REPORTED_FEATURES,
  type ReportedFeature,
} from "./features.ts";
export * from "./gen/chat_ingest_pb.js";
export * from "./gen/common_pb.js";
export * from "./gen/seabird/messages/v1/media_pb.js";
export * from "./gen/seabird/messages/v1/messages_pb.js";
export * from "./gen/seabird_pb.js";
export {
  type AbsoluteId,
  absoluteId,
  type BackendName,
  backendId,
  encodePart,
  parseBackendId,
  parseId,
} from "./ids.ts";
export {
  DEFAULT_TYPING_EXPIRES_MS,
  IDEMPOTENCY_MS,
  MAX_CAPABILITY_CHANNELS,
  MAX_CAPABILITY_ENTRIES,
  MAX_CAPABILITY_NAME_BYTES,
  MAX_EMOJI_BYTES,
  MAX_IDEMPOTENCY_KEY_BYTES,
  MAX_IDS_PER_CALL,
  MAX_IDS_PER_SEND,
  MAX_LISTED_MEMBERS,
  MAX_MESSAGE_BLOCKS,
  MAX_MESSAGE_ID_BYTES,
  MAX_QUOTE_NAME_BYTES,
  MAX_REFERENCE_TEXT_BYTES,
  MAX_REFERRER_BYTES,
  MAX_SUBSCRIBED_KINDS,
  MAX_USER_FIELD_BYTES,
} from "./limits.ts";
export type { MentionTarget } from "./mention-target.ts";
export {
  type NormalisedMessage,
  normalisedSize,
  normaliseMessage,
  type OriginalFormat,
} from "./normalise.ts";
export { plainText } from "./plain.ts";
export {
  EXIT_MESSAGE_TAG,
  isCoreTag,
  ORIGINAL_FORMAT_TAG,
  PROXY_INTERNAL_TAG,
  PROXY_SKIP_TAG,
  PROXY_SOURCE_CHANNEL_ID_TAG,
  PROXY_SOURCE_CHANNEL_NAME_TAG,
  PROXY_SOURCE_USER_ID_TAG,
  PROXY_SOURCE_USER_NAME_TAG,
  type Tags,
  URL_SKIP_TAG,
  withoutCoreTags,
} from "./tags.ts";
export { cutUtf8, utf8Length } from "./utf8.ts";
export { blockCost, blockDepth, costOfKind, innerBlocks, walkBlocks } from "./walk.ts";
