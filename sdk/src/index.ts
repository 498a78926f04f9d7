/** The door for plugins and for everything else that calls core. Backends: `@seabird/sdk/backend`. */

export {
  ActionClient,
  type ActionSettings,
  type BackendInfo,
  type CallSettings,
  type CoreInfo,
} from "./link/action-client.ts";
export { connectActions, type StandaloneActionClient } from "./link/connect-actions.ts";
export type { Content } from "./link/content.ts";
export { SEABIRD_ERROR_CODES, SeabirdError, type SeabirdErrorCode } from "./link/errors.ts";
export { SDK_LIMITS, type SdkLimit, type SdkLimitOptions } from "./link/limits.ts";
export type { LinkState } from "./link/link.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "./link/options.ts";
export { type ProcessLife, startProcessLife } from "./link/process-life.ts";
export type {
  ActionEvent,
  CommandEvent,
  MentionEvent,
  MessageEvent,
  PerformActionEvent,
  PerformPrivateActionEvent,
  PluginEvent,
  PrivateActionEvent,
  PrivateMessageEvent,
  ReplyableEvent,
  SendMessageEvent,
  SendPrivateMessageEvent,
  UnknownEvent,
  User,
} from "./plugin/events.ts";
export {
  type CommandHelp,
  connectPlugin,
  type PluginClient,
  type PluginOptions,
} from "./plugin/plugin-client.ts";
