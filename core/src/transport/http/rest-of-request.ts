/** What a peer still sends when it has its whole answer (RFC 9113, section 8.1). */
import type { IncomingMessage } from "node:http";
import { constants, type ServerHttp2Stream } from "node:http2";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";
import { type ConnectionContext, type Exchange, onAnswered } from "./exchange.ts";

/** Streams of a connection whose rest is dropped at the moment. */
const discarded = new WeakMap<ConnectionContext, number>();

/**
 * Drops the rest of the request, up to `maxDiscardedBytes` and `requestBodyTimeoutMs`, and only
 * then makes the peer stop: many clients, curl and connect-node among them, lose an answer that is
 * followed by a reset while they upload. On HTTP/2 it does so for `maxDiscardedStreams` of a
 * connection at once, and stops the others immediately: peers without a token get here too.
 */
export function discardRestAtEnd(context: ServerContext, exchange: Exchange): void {
  const { request, response } = exchange;
  onAnswered(exchange, () => {
    if ("stream" in response) discardHttp2(context, exchange, response.stream);
    else discardHttp1(context, request as IncomingMessage);
  });
}

/** Makes the peer stop at once, for a stream that is over and whose peer waits for no turn to end. */
export function stopRestAtEnd(exchange: Exchange): void {
  const { response } = exchange;
  if ("stream" in response) onAnswered(exchange, () => stopSoon(response.stream));
}

function discardHttp2(
  context: ServerContext,
  { connection }: Exchange,
  stream: ServerHttp2Stream,
): void {
  if (stream.readableEnded || stream.closed) return;
  const { limits } = context;
  const open = discarded.get(connection) ?? 0;
  if (open >= limits.maxDiscardedStreams) {
    stopSoon(stream);
    return;
  }
  discarded.set(connection, open + 1);
  const forget = sweeping(context, (isLate) => {
    if (isLate) stop(stream);
  });
  stream.once("close", () => {
    forget();
    discarded.set(connection, (discarded.get(connection) ?? 1) - 1);
  });
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limits.maxDiscardedBytes) stop(stream);
  });
}

function stopSoon(stream: ServerHttp2Stream): void {
  stream.resume();
  setImmediate(() => stop(stream));
}

function stop(stream: ServerHttp2Stream): void {
  if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Node drops the rest itself, without a bound for its bytes. Only its connection can be closed. */
function discardHttp1(context: ServerContext, request: IncomingMessage): void {
  if (request.complete) return;
  const { socket } = request;
  const mostBytes = socket.bytesRead + context.limits.maxDiscardedBytes;
  const forget = sweeping(context, (isLate) => {
    if (request.complete || socket.destroyed) forget();
    else if (isLate || socket.bytesRead > mostBytes) socket.destroy();
  });
}

/** Returns its undo. `isLate`: the time that a request's body may take is over. */
function sweeping(
  { limits, sweeper, clock }: ServerContext,
  sweep: (isLate: boolean) => void,
): () => void {
  const endMs = clock.now() + limits.requestBodyTimeoutMs;
  const watch = {
    sweepIndex: NOT_SWEPT,
    sweep: (nowMs: number) => sweep(nowMs >= endMs),
  };
  sweeper.add(watch);
  return () => sweeper.delete(watch);
}
