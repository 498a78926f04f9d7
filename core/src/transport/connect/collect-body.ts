/** Reads the body of a request to its end, within all limits. */
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import { lengthInHeader } from "../grpc/envelope.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";
import type { RequestKind } from "./request-kind.ts";

/**
 * Rejects with a BrokerError; `cancelled` when the peer disconnects. A body that announces to be too
 * large is refused at once, by `content-length` or its message's envelope. One that is refused is read
 * on and dropped while it comes, up to `maxDiscardedBytes`: a client of node:http2 resets its call
 * if the answer comes while more than 10 MB of the request wait there.
 */
export function collectBody(
  context: ServerContext,
  { request }: Exchange,
  { enveloped }: RequestKind,
  deadlineMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    /** Whether the length in the message's envelope is known. */
    let isAnnounced = false;
    let bytes = 0;
    let sweptBytes = 0;
    let refusal: BrokerError | undefined;
    const { maxMessageBytes, maxDiscardedBytes } = context.limits;
    const mostBytes = maxMessageBytes + maxDiscardedBytes;
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
    const refuse = (reason: unknown) => {
      refusal = BrokerError.from(reason);
      chunks.length = 0;
      buffered.release();
    };
    /** So much has arrived, or is announced. More than would be read on is not waited for. */
    const expect = (size: number) => {
      if (refusal === undefined && size > maxMessageBytes + ENVELOPE_BYTES) {
        const text = `message too large: more than ${maxMessageBytes} bytes`;
        refuse(new BrokerError("message_too_large", text));
      }
      if (refusal !== undefined && size > mostBytes) fail(refusal);
    };
    const push = (chunk: Buffer) => {
      bytes += chunk.length;
      expect(bytes);
      if (refusal !== undefined) return;
      chunks.push(chunk);
      if (enveloped && !isAnnounced && bytes >= ENVELOPE_BYTES) {
        isAnnounced = true;
        const head = chunks.length === 1 ? chunk : Buffer.concat(chunks);
        expect(lengthInHeader(head, 0));
      }
      try {
        buffered.set(bytes);
      } catch (reason) {
        refuse(reason);
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
    expect(Number(request.headers["content-length"] ?? 0));
  });
}
