/** One request and its response that are not native gRPC, over HTTP/1.1 or HTTP/2. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { constants, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { Peer } from "../../broker/caller.ts";
import type { ConnectionShares } from "../calls/connection-shares.ts";
import type { CallOrder } from "../connections/call-order.ts";
import type { CallSource } from "../connections/call-source.ts";

/** What all calls of one connection share. */
export interface ConnectionContext extends Peer {
  readonly order: CallOrder;
  readonly shares: ConnectionShares;
}

export interface Exchange {
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: ServerResponse | Http2ServerResponse;
  readonly connection: ConnectionContext;
  readonly source: CallSource;
  /** Without its query. */
  readonly path: string;
}

export function requestHeader({ request }: Exchange, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** As `answerText`, to a request that brings nothing: it counts against its peer. */
export function refuseText(
  exchange: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  answerText(exchange, status, text, headers);
  exchange.source.standing.refused();
}

/** Responds with a text; what the peer still sends is dropped. */
export function answerText(
  { request, response }: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  request.resume();
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("content-type", headers["content-type"] ?? "text/plain; charset=utf-8");
  response.statusCode = status;
  response.end(text);
}

/** Calls back when the whole answer has left. On HTTP/2 the response itself tells when the stream is closed. */
export function onAnswered({ response }: Exchange, then: () => void): void {
  ("stream" in response ? response.stream : response).once("finish", then);
}

/** Ends an exchange whose peer does not read. */
export function reset({ response }: Exchange): void {
  if ("stream" in response) response.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  else response.destroy();
}
