/** The entry point of core, for tests and for programs that run it inside their own process. */
export { AUTH_LIMITS, type AuthOptions } from "./auth/limits.ts";
export type { Principal } from "./auth/principal.ts";
export { hashSecret, newSecret } from "./auth/secret.ts";
export { TokenError } from "./auth/token-error.ts";
export type { TokenRecord } from "./auth/token-record.ts";
export type { CreatedToken, ExtraToken, NewToken, TokenAdmin } from "./auth/tokens.ts";
export { Broker } from "./broker/broker.ts";
export { BrokerError, ERROR_CODES, type ErrorCode } from "./broker/errors.ts";
export { BROKER_LIMITS } from "./broker/limits.ts";
export { type Config, loadConfig } from "./config/config.ts";
export { ConfigError } from "./config/config-error.ts";
export type { ConfigSources } from "./config/setting-reader.ts";
export type { Log } from "./program/log.ts";
export { DatabaseError, ListenError } from "./program/start-error.ts";
export { type Core, type ServeOptions, serve } from "./serve.ts";
export { TRANSPORT_LIMITS } from "./transport/limits.ts";
