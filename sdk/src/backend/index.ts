/** The door for chat backends. Plugins: `@seabird/sdk`. */

export type { Content } from "../link/content.ts";
export { SeabirdError, type SeabirdErrorCode } from "../link/errors.ts";
export type { SdkLimitOptions } from "../link/limits.ts";
export type { LinkState } from "../link/link.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "../link/options.ts";
export { type ProcessLife, startProcessLife } from "../link/process-life.ts";
export { type Answer, changed, failed, joined, left, success } from "./answers.ts";
export {
  type BackendClient,
  type BackendOptions,
  connectBackend,
} from "./backend-client.ts";
export type { BackendChannel, TrackedChannel } from "./channels.ts";
export type { BackendUser, ChannelSaid, CommandGiven, PrivatelySaid } from "./chat-events.ts";
export type {
  BackendHandlers,
  ChannelSend,
  JoinRequest,
  LeaveRequest,
  RequestContext,
  UpdateRequest,
  UserSend,
} from "./requests.ts";
