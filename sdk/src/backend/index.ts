/** The entry point for chat backends. Plugins: `@seabird-chat/sdk`. */

export {
  type Attachment,
  attachment,
  type Block,
  bold,
  container,
  emoji,
  innerBlocks,
  mention,
  Presentation,
  plainText,
  text,
} from "@seabird-chat/protocol";
export type { NetworkStatus } from "@seabird-chat/runtime";
export { matchesGlob } from "../command/allow.ts";
export { BoundedMap } from "../link/bounded-map.ts";
export { type Clock, pause, type Random } from "../link/clock.ts";
export { SeabirdError, type SeabirdErrorCode } from "../link/errors.ts";
export type { FileSource } from "../link/file-source.ts";
export type { LinkState } from "../link/link.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "../link/options.ts";
export { type ProcessLifecycle, startProcessLifecycle } from "../link/process-lifecycle.ts";
export type { FileAtCore } from "../link/send-file.ts";
export type { SettingsProblem, SettingsSchema } from "../program/check-settings.ts";
export {
  createLog,
  isLogLevel,
  LOG_LEVELS,
  type Log,
  type LogFields,
  type LogLevel,
  type LogOptions,
  type LogStream,
} from "../program/log.ts";
export { live, SettingsError, secret } from "../program/settings.ts";
export { type BackendDefinition, type BackendSpec, backend } from "./backend.ts";
export type {
  Awaitable,
  BackendConnection,
  ChannelMembers,
  DeleteRequest,
  OutgoingEdit,
  OutgoingMessage,
  OutgoingReaction,
  Persona,
  RequestInfo,
  Sent,
} from "./backend-connection.ts";
export { Fatal, type FatalOptions, Refused, Unconfirmed } from "./backend-errors.ts";
export type {
  BackendCapabilities,
  CapabilityLimit,
  ChannelCapabilities,
  Feature,
  Support,
} from "./capabilities.ts";
export type { BackendChannel, TrackedChannel } from "./channels.ts";
export type {
  BackendHost,
  Emit,
  HostCapabilities,
  HostChannels,
  HostCore,
  HostMembers,
  HostNetwork,
} from "./host.ts";
export type {
  IncomingChannelMessage,
  IncomingCommand,
  IncomingDeletion,
  IncomingEdit,
  IncomingInfo,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
} from "./incoming.ts";
export type { NetworkState } from "./network.ts";
export { type NetworkEvent, reportEvent } from "./network-event.ts";
export type { NetworkChange, OnNetworkChange } from "./network-news.ts";
export type {
  BackendEmoji,
  BackendUser,
  MessageReference,
  Target,
} from "./network-types.ts";
export { type OwnMessages, type OwnMessagesOptions, ownMessages } from "./own-messages.ts";
export {
  type PerChannelQueue,
  type PerChannelQueueOptions,
  perChannelQueue,
} from "./per-channel-queue.ts";
export {
  ProbeFailure,
  type ProbeFailureOptions,
  type ProbeHost,
  type ProbeResult,
} from "./probe.ts";
export { type Recognised, type RecogniseOptions, recognise, type Self } from "./recognise.ts";
export { SEND_KINDS, type SendKind } from "./requests.ts";
export { splitBytes } from "./split-bytes.ts";
export {
  type BackendActivity,
  type RunningBackend,
  type StartBackendOptions,
  startBackend,
} from "./start-backend.ts";
export { StateFile, type StateFileOptions, stateFilePath } from "./state-file.ts";
export { type TokenBucket, type TokenBucketOptions, tokenBucket } from "./token-bucket.ts";
