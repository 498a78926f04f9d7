/** Writes Connect's response to the socket, no faster than the peer reads. */
import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { watchReply } from "../calls/unread-replies.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import { type Exchange, reset } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";
import type { ConnectCall } from "./connect-call.ts";
import type { MessageStream } from "./message-stream.ts";

/** Sends the header of a stream before its first message. */
export function writeStreamHead({ response }: Exchange, contentType: string): void {
  if (response.headersSent || response.destroyed) return;
  if ("stream" in response) {
    response.writeHead(200, { "content-type": contentType });
    return;
  }
  response.writeHead(200, { "content-type": contentType });
  response.flushHeaders();
}

/** Resolves when the response has ended, or its peer has gone. */
export async function writeResponse(
  context: ServerContext,
  exchange: Exchange,
  answer: UniversalServerResponse,
  { call, stream }: { readonly call: ConnectCall; readonly stream: MessageStream | undefined },
): Promise<void> {
  const { response } = exchange;
  if (!response.headersSent && !response.destroyed) {
    answer.header?.forEach((value, name) => {
      response.setHeader(name, value);
    });
    response.statusCode = answer.status;
  }
  const watch = stream === undefined ? undefined : watchEnd(context, exchange, stream);
  try {
    for await (const chunk of answer.body ?? []) {
      if (response.destroyed) return;
      if (stream === undefined) {
        call.holdReply(chunk.length);
        response.once(
          "close",
          watchReply(context, () => reset(exchange)),
        );
      }
      if (!writeChunk(exchange, chunk)) await drained(exchange);
      watch?.progressed();
    }
    response.end();
  } finally {
    watch?.undo();
  }
}

function writeChunk({ response }: Exchange, chunk: Uint8Array): boolean {
  return "stream" in response ? response.write(chunk) : response.write(chunk);
}

function drained({ response }: Exchange): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.removeListener("drain", done);
      response.removeListener("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

/** Resets a stream that cannot end because its peer reads nothing. */
function watchEnd(context: ServerContext, exchange: Exchange, stream: MessageStream) {
  let progressAtMs = 0;
  const watch = {
    sweepIndex: NOT_SWEPT,
    sweep(nowMs: number) {
      if (stream.endingSinceMs === undefined) return;
      const sinceMs = Math.max(stream.endingSinceMs, progressAtMs);
      if (nowMs - sinceMs < context.limits.endTimeoutMs) return;
      context.log.debug(
        { peer: exchange.connection.address },
        "stream reset: its peer reads nothing",
      );
      reset(exchange);
    },
  };
  context.sweeper.add(watch);
  return {
    progressed: () => {
      progressAtMs = context.clock.now();
    },
    undo: () => context.sweeper.delete(watch),
  };
}
