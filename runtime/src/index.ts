/** The entry point of what Seabird's programs agree on as processes. Node only. */

export {
  BIND_ADDRESS_FORM,
  type BindAddress,
  DEFAULT_BIND,
  formatAddress,
  isLoopback,
  parseBindAddress,
} from "./bind-address.ts";
export {
  type BootstrapConfig,
  BootstrapConfigError,
  COMPONENT_LOG_LEVELS,
  type ComponentLogLevel,
  MAX_BOOTSTRAP_BYTES,
  MAX_BOOTSTRAP_MS,
  parseBootstrapConfig,
  readBootstrapConfig,
  writeBootstrapConfig,
} from "./bootstrap-config.ts";
export { CoreUrlError, completeCoreUrl, DEFAULT_URL } from "./core-url.ts";
export {
  type DotEnv,
  DotEnvError,
  type DotEnvProblem,
  MAX_DOTENV_BYTES,
  parseDotEnv,
  readDotEnv,
} from "./dotenv.ts";
export {
  DURATION_FORM,
  formatDuration,
  formatRoughDuration,
  MAX_DURATION_MS,
  parseDuration,
} from "./durations.ts";
export { editDistance } from "./edit-distance.ts";
export { errorMessage, fileErrorReason, systemErrorCode, toError } from "./errors.ts";
export {
  EXIT,
  EXIT_CODES,
  type ExitCode,
  type ExitCodeRow,
  type ExitName,
  exitCodesHelp,
  isRestartable,
} from "./exit-codes.ts";
export {
  type BackendNetwork,
  type ComponentMessage,
  type IgnoredSpeakerStatus,
  MAX_REPORTED_PLUGINS,
  MAX_REPORTED_SPEAKERS,
  MAX_STATUS_CHARACTERS,
  type NetworkStatus,
  onComponentMessage,
  onSupervisorMessage,
  type PluginStatus,
  parseComponentMessage,
  parseSupervisorMessage,
  type SettingsMessage,
  type SupervisorMessage,
  sendToComponent,
  sendToSupervisor,
} from "./ipc-messages.ts";
export { maskLogin } from "./mask-login.ts";
export { isPluginScope, PLUGIN_SCOPES, type PluginScope } from "./plugin-scopes.ts";
export { checkSecret, MAX_SECRET_BYTES, readSecretFile, type SecretFile } from "./secret-file.ts";
export { readStandardInput, StandardInputError } from "./standard-input.ts";
export {
  hasSupervisor,
  SAME_STOP_MS,
  type StopSignal,
  type StopSignalOptions,
  type StopWatch,
  watchStopSignals,
  watchSupervisor,
} from "./stop-signals.ts";
export { readTextFile, type TextFile, TextFileError } from "./text-file.ts";
export { parseToken, TOKEN_PROBLEM } from "./token-text.ts";
