/** What node:http2 itself bounds of an HTTP/2 connection, until it has shown a token. */
import type { ServerSessionOptions } from "node:http2";
import type { TransportLimits } from "../limits.ts";

export function sessionOptions(limits: TransportLimits): ServerSessionOptions {
  return {
    // Otherwise a header "Bearer " without a token looks like no header at all.
    strictFieldWhitespaceValidation: false,
    maxSessionMemory: limits.maxSessionMemoryMb,
    maxHeaderListPairs: limits.maxHeaderPairs,
    maxSessionInvalidFrames: limits.maxInvalidFrames,
    maxSessionRejectedStreams: limits.maxRejectedStreams,
    streamResetBurst: limits.streamResetBurst,
    streamResetRate: limits.streamResetRate,
    settings: {
      maxConcurrentStreams: Math.min(
        limits.maxUnauthenticatedStreams,
        limits.maxStreamsPerConnection,
      ),
      initialWindowSize: limits.streamWindowBytes,
      maxHeaderListSize: limits.maxHeaderBytes,
      enablePush: false,
    },
  };
}
