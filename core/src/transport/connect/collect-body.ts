/** Reads the body of a request to its end, within all limits. */
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";

/**
 * Rejects with a BrokerError; `cancelled` when the peer disconnects. A body that is refused is read
 * on and dropped while it comes, up to `maxDiscardedBytes`: a client of node:http2 resets its call
 * if the answer comes while more than 10 MB of the request wait there.
 */
export function collectBody(
  context: ServerContext,
  { request }: Exchange,
  deadlineMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let sweptBytes = 0;
    let refusal: BrokerError | undefined;
    const mostBytes = context.limits.maxMessageBytes + context.limits.maxDiscardedBytes;
    const buffered = new BufferAccounting(context);
    const limit = {
      sweepIndex: NOT_SWEPT,
      sweep(nowMs: number) {
        if (nowMs >= deadlineMs) fail(refusal ?? timedOut());
        else if (refusal !== undefined && bytes === sweptBytes) fail(refusal);
        sweptBytes = bytes;
      },
    };
    const settle = () => {
      context.sweeper.delete(limit);
      buffered.release();
      request.removeListener("data", push);
      request.removeListener("end", end);
      request.removeListener("close", gone);
    };
    const fail = (error: BrokerError) => {
      settle();
      request.resume();
      reject(error);
    };
    const push = (chunk: Buffer) => {
      bytes += chunk.length;
      if (refusal !== undefined) {
        if (bytes > mostBytes) fail(refusal);
        return;
      }
      chunks.push(chunk);
      try {
        checkSize(context, bytes);
        buffered.set(bytes);
      } catch (reason) {
        refusal = BrokerError.from(reason);
        chunks.length = 0;
        buffered.release();
      }
    };
    const end = () => {
      if (refusal !== undefined) return fail(refusal);
      settle();
      resolve(Buffer.concat(chunks));
    };
    const gone = () => fail(new BrokerError("cancelled", "the caller has gone"));
    context.sweeper.add(limit);
    request.on("data", push);
    request.once("end", end);
    request.once("close", gone);
  });
}

function checkSize({ limits: { maxMessageBytes } }: ServerContext, bytes: number): void {
  if (bytes <= maxMessageBytes + ENVELOPE_BYTES) return;
  const text = `message too large: more than ${maxMessageBytes} bytes`;
  throw new BrokerError("message_too_large", text);
}
