/** Reads the body of a request to its end, within all limits. */
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";

/** Rejects with a BrokerError; `cancelled` when the peer disconnects. */
export function collectBody(
  context: ServerContext,
  { request }: Exchange,
  deadlineMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const buffered = new BufferAccounting(context);
    const limit = {
      sweepIndex: NOT_SWEPT,
      sweep(nowMs: number) {
        if (nowMs >= deadlineMs) fail(timedOut());
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
      chunks.push(chunk);
      bytes += chunk.length;
      try {
        checkSize(context, bytes);
        buffered.set(bytes);
      } catch (reason) {
        fail(BrokerError.from(reason));
      }
    };
    const end = () => {
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
