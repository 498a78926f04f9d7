/** The door for plugins and for everything else that calls core. Backends: `@seabird/sdk/backend`. */

export {
  ActionClient,
  type ActionSettings,
  type BackendInfo,
  type CallSettings,
  type CoreInfo,
} from "./action-client.ts";
export { connectActions, type StandaloneActionClient } from "./connect-actions.ts";
export type { Content } from "./content.ts";
export { SEABIRD_ERROR_CODES, SeabirdError, type SeabirdErrorCode } from "./errors.ts";
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
} from "./events.ts";
export { SDK_LIMITS, type SdkLimit, type SdkLimitOptions } from "./limits.ts";
export type { LinkState } from "./link.ts";
export { type ConnectOptions, DEFAULT_URL, resolveUrl } from "./options.ts";
export {
  type CommandHelp,
  connectPlugin,
  type PluginClient,
  type PluginOptions,
} from "./plugin-client.ts";
export { type ProcessLife, startProcessLife } from "./process-life.ts";
