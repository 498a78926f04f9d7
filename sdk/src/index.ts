/** The entry point for plugins and other clients of core. Backends: `@seabird-chat/sdk/backend`. */

export {
  type Attachment,
  attachment,
  type Block,
  blockquote,
  bold,
  container,
  emoji,
  fencedCode,
  heading,
  inlineCode,
  italics,
  link,
  list,
  type MentionTarget,
  mention,
  Presentation,
  plainText,
  spoiler,
  strikethrough,
  text,
  timestamp,
  underline,
} from "@seabird-chat/protocol";
export { editDistance } from "@seabird-chat/runtime";
export type {
  PluginMetric,
  PluginMetrics,
  PluginSample,
} from "@seabird-chat/runtime/plugin-metrics";
export { AskCancelled, type AskCancelReason } from "./ask/ask-cancelled.ts";
export { matchesGlob } from "./command/allow.ts";
export {
  type Arg,
  type Argument,
  arg,
  type RepeatedArg,
  type RestArg,
} from "./command/arg.ts";
export type {
  Allow,
  Args,
  CommandSpec,
  CommandValues,
  Cooldown,
  Flags,
  NoArgs,
  ValueOf,
  Where,
} from "./command/command-spec.ts";
export { duration } from "./command/duration.ts";
export {
  type BooleanFlag,
  type Flag,
  type FlagDeclaration,
  type FlagOptions,
  flag,
} from "./command/flag.ts";
export { findName } from "./command/name-index.ts";
export { nearest } from "./command/nearest.ts";
export type { DurationBounds, NumberBounds } from "./command/numbers.ts";
export type { NamedUser } from "./command/readers.ts";

export { ActionClient, type BackendInfo, type CoreInfo } from "./link/action-client.ts";
export { BoundedMap } from "./link/bounded-map.ts";
export type { ActionOptions, CallOptions, Persona, SendOptions } from "./link/call-options.ts";
export type { Capabilities, Feature } from "./link/capabilities.ts";
export { type Clock, pause, type Random } from "./link/clock.ts";
export { connectActions, type StandaloneActionClient } from "./link/connect-actions.ts";
export type { Content } from "./link/content.ts";
export { SEABIRD_ERROR_CODES, SeabirdError, type SeabirdErrorCode } from "./link/errors.ts";
export type { FileSource } from "./link/file-source.ts";
export { SDK_LIMITS, type SdkLimit, type SdkLimitOptions } from "./link/limits.ts";
export type { LinkState } from "./link/link.ts";
export type { NamedFile, OutgoingFile } from "./link/media-calls.ts";
export type { MemberList, MessageActions } from "./link/message-actions.ts";
export type { Conversation, MessageReference } from "./link/message-reference.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "./link/options.ts";
export { type ProcessLifecycle, startProcessLifecycle } from "./link/process-lifecycle.ts";
export type {
  EditResult,
  EmojiGiven,
  FailedDeletions,
  MessageCalls,
  ReactOptions,
  SentMessage,
} from "./link/sent-message.ts";
export { isUnavailable } from "./link/unavailable.ts";
export type {
  ActivityKind,
  AskOptions,
  BackendRef,
  ChannelKind,
  ChannelRef,
  CommandContext,
  Context,
  ConversationMethods,
  EventKind,
  EventOf,
  HearsContext,
  HearsKind,
  MessageMethods,
  PluginHost,
  PrivateKind,
  ReplyableContext,
  ReplyMethods,
} from "./plugin/context.ts";
export type { Cleanup, Next } from "./plugin/declarations.ts";
export type { Activity } from "./plugin/dispatcher.ts";
export { EVENT_KINDS } from "./plugin/event-rows.ts";
export type {
  KnownChannel,
  Person,
  ReceivedAttachment,
  ReceivedEmoji,
  ReceivedMessage,
  RepliedMessage,
  User,
} from "./plugin/event-values.ts";
export type {
  ActionEvent,
  ActivityEvent,
  BackendEvent,
  ChannelEvent,
  CommandEvent,
  MemberEvent,
  MentionEvent,
  MessageDeletedEvent,
  MessageEditedEvent,
  MessageEvent,
  PerformActionEvent,
  PerformPrivateActionEvent,
  PluginEvent,
  PrivateActionEvent,
  PrivateMessageEvent,
  ReactionEvent,
  ReplyableEvent,
  SendMessageEvent,
  SendPrivateMessageEvent,
  SendResultEvent,
  SentOptions,
  TypingEvent,
  UnknownEvent,
  UserChangedEvent,
} from "./plugin/events.ts";
export { fail, HandlerFailure } from "./plugin/fail.ts";
export type { IgnoredSpeaker, IgnoredSpeakers } from "./plugin/loop-guard.ts";
export type { Match } from "./plugin/match.ts";
export {
  isPlugin,
  type OnOptions,
  type Plugin,
  type PluginDefinition,
  plugin,
  type UncheckedConfig,
} from "./plugin/plugin.ts";
export {
  type CommandHelp,
  connectPlugin,
  type PluginClient,
  type PluginOptions,
} from "./plugin/plugin-client.ts";
export { startPlugin } from "./plugin/plugin-run.ts";
export type { ReplyOptions } from "./plugin/replies.ts";
export type { RunningPlugin, StartOptions } from "./plugin/running-plugin.ts";
export { createLog, type Log, type LogFields, type LogLevel, silentLog } from "./program/log.ts";
