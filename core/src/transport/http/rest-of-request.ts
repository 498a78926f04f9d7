/** What a peer still sends over HTTP/2 when it has its whole answer (RFC 9113, section 8.1). */
import { constants, type ServerHttp2Stream } from "node:http2";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";
import type { Exchange } from "./exchange.ts";

/**
 * Drops the rest of the request, up to `maxDiscardedBytes` and `requestBodyTimeoutMs`, and only
 * then makes the peer stop: many clients, curl and connect-node among them, lose an answer that is
 * followed by a reset while they upload.
 */
export function discardRestAtEnd(context: ServerContext, exchange: Exchange): void {
  const { limits, sweeper, clock } = context;
  atEnd(exchange, (stream, stop) => {
    const endMs = clock.now() + limits.requestBodyTimeoutMs;
    let bytes = 0;
    const watch = {
      sweepIndex: NOT_SWEPT,
      sweep(nowMs: number) {
        if (nowMs >= endMs) stop();
      },
    };
    sweeper.add(watch);
    stream.once("close", () => sweeper.delete(watch));
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.maxDiscardedBytes) stop();
    });
  });
}

/** Makes the peer stop at once, for a stream that is over and whose peer waits for no turn to end. */
export function stopRestAtEnd(exchange: Exchange): void {
  atEnd(exchange, (_stream, stop) => setImmediate(stop));
}

function atEnd(
  { response }: Exchange,
  then: (stream: ServerHttp2Stream, stop: () => void) => void,
): void {
  if (!("stream" in response)) return;
  const { stream } = response;
  stream.once("finish", () => {
    if (stream.readableEnded || stream.closed) return;
    stream.resume();
    then(stream, () => {
      if (!stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
    });
  });
}
