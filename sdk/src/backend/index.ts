/** The entry point for chat backends. Plugins: `@seabird-chat/sdk`. */

export { type Block, innerBlocks, plainText, text } from "@seabird-chat/protocol";
export { type Clock, pause, type Random } from "../link/clock.ts";
export type { Content } from "../link/content.ts";
export { SeabirdError, type SeabirdErrorCode } from "../link/errors.ts";
export type { LinkState } from "../link/link.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "../link/options.ts";
export { type ProcessLife, startProcessLife } from "../link/process-life.ts";
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
export { type Answer, changed, failed, joined, left, success } from "./answers.ts";
export type { StartBackendOptions } from "./assemble-backend.ts";
export {
  type BackendConnection,
  type BackendDefinition,
  type BackendSpec,
  backend,
  type OutgoingMessage,
  type RequestInfo,
  type Target,
} from "./backend.ts";
export {
  type BackendClient,
  type BackendOptions,
  connectBackend,
} from "./backend-client.ts";
export { Fatal, type FatalOptions, Refused } from "./backend-errors.ts";
export type { BackendChannel, TrackedChannel } from "./channels.ts";
export type { BackendUser, ChannelSaid, CommandGiven, PrivatelySaid } from "./chat-events.ts";
export type {
  BackendHost,
  Emit,
  HostChannels,
  HostCore,
  IncomingChannelMessage,
  IncomingCommand,
  IncomingMessage,
} from "./host.ts";
export type { NetworkState } from "./network-state.ts";
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
export type {
  BackendHandlers,
  ChannelSend,
  JoinRequest,
  LeaveRequest,
  RequestContext,
  UpdateRequest,
  UserSend,
} from "./requests.ts";
export { SEND_KINDS, type SendKind } from "./send-kinds.ts";
export { splitBytes } from "./split-bytes.ts";
export { type BackendActivity, type RunningBackend, startBackend } from "./start-backend.ts";
export { type TokenBucket, type TokenBucketOptions, tokenBucket } from "./token-bucket.ts";
