/** What is known of a native gRPC call when its header has come. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { BrokerError } from "../../broker/errors.ts";
import type { ActiveCall } from "../calls/active-call.ts";
import type { Http2Connection } from "../connections/http2-connection.ts";
import type { ServerContext } from "../server-context.ts";
import type { Encoding } from "./encoding.ts";
import { errorTrailers } from "./status-message.ts";

export interface CallSetup {
  readonly context: ServerContext;
  readonly connection: Http2Connection;
  readonly stream: ServerHttp2Stream;
  readonly path: string;
  readonly call: ActiveCall;
  readonly encoding: Encoding;
}

/** The date says nothing here, and costs bytes. (Node knows `sendDate`, its types do not.) */
export const RESPOND_WITH_TRAILERS = Object.freeze({ waitForTrailers: true, sendDate: false });
const RESPOND_ONLY = Object.freeze({ endStream: true, sendDate: false });

export const RESPONSE_HEADERS = Object.freeze({
  ":status": 200,
  "content-type": "application/grpc",
});

/** The same, names and values in turn: of this Node makes no object for each call. */
export const RESPONSE_HEADER_LIST: readonly string[] = Object.freeze([
  ":status",
  "200",
  "content-type",
  "application/grpc",
]);

/** Answers with nothing but a status (gRPC: Trailers-Only). */
export function refuse(
  context: ServerContext,
  stream: ServerHttp2Stream,
  error: BrokerError,
): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const trailers = errorTrailers(error, context.limits.maxStatusMessageBytes);
  stream.respond({ ...RESPONSE_HEADERS, ...trailers }, RESPOND_ONLY);
  if (stream.readableEnded) return;
  // The peer may still be sending: it is told to stop, and what is on its way is dropped.
  stream.resume();
  setImmediate(() => {
    if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
