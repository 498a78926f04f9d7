/** The entry point for tests: core without sockets and without a database, in the caller's process. */
export { MemoryTokens } from "./auth/memory-tokens.ts";
export type { NewToken } from "./auth/tokens.ts";
export { Broker } from "./broker/broker.ts";
export type { Clock } from "./broker/clock.ts";
export { BrokerError } from "./broker/errors.ts";
export type { Logger } from "./broker/logger.ts";
export type { BrokerOptions } from "./broker/options.ts";
export { Media } from "./media/media.ts";
export { MediaHttp, type MediaResponse } from "./media/media-http.ts";
export { errorTrailers } from "./transport/grpc/status-message.ts";
export type { TransportLimits } from "./transport/limits.ts";
export type {
  CallHead,
  MemoryCall,
  MemoryConnection,
} from "./transport/memory/memory-connection.ts";
export { MemoryServer, type MemoryServerOptions } from "./transport/memory/memory-server.ts";
export type { MemoryStream } from "./transport/memory/memory-stream.ts";
export { brokerMethods } from "./transport/services/broker-methods.ts";
export { HealthState, healthMethods } from "./transport/services/health.ts";
export { mediaMethods } from "./transport/services/media-methods.ts";
