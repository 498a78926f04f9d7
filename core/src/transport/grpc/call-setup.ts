/** The setup of a native gRPC call, known from its header, and its refusal. */
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

/** No date header, which would only cost bytes. (Node's types lack `sendDate`.) */
export const RESPOND_WITH_TRAILERS = Object.freeze({ waitForTrailers: true, sendDate: false });
const RESPOND_ONLY = Object.freeze({ endStream: true, sendDate: false });

/** Responds with a status only (gRPC: Trailers-Only). */
export function refuse(
  context: ServerContext,
  stream: ServerHttp2Stream,
  error: BrokerError,
): void {
  if (stream.destroyed || stream.closed || stream.headersSent) return;
  const { byName, ofErrors } = context.grpcHeaders;
  let headers = ofErrors.get(error);
  if (headers === undefined) {
    headers = { ...byName, ...errorTrailers(error, context.limits.maxStatusMessageBytes) };
    ofErrors.set(error, headers);
  }
  stream.respond(headers, RESPOND_ONLY);
  if (stream.readableEnded) return;
  // The peer may still be sending: make it stop, and drop what is on its way.
  stream.resume();
  setImmediate(() => {
    if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
