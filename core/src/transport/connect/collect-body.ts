/** Reads the body of a request to its end, within all limits. */
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import type { ActiveCall } from "../calls/active-call.ts";
import type { BufferAccounting } from "../calls/buffer-accounting.ts";
import { ChunkList } from "../calls/chunk-list.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import { lengthInHeader } from "../grpc/envelope.ts";
import type { Exchange } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";
import type { RequestKind } from "./request-kind.ts";

export interface BodyBounds {
  readonly call: ActiveCall;
  /** What the body holds counts here, until its owner sets it to 0. */
  readonly buffered: BufferAccounting;
  readonly deadlineMs: number;
}

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
  { call, buffered, deadlineMs }: BodyBounds,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const list = new ChunkList();
    /** Whether the length in the message's envelope is known. */
    let isAnnounced = false;
    let bytes = 0;
    let sweptBytes = 0;
    let refusal: BrokerError | undefined;
    const { maxMessageBytes, maxDiscardedBytes } = context.limits;
    const mostBytes = maxMessageBytes + maxDiscardedBytes;
    const { owner } = call;
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
      call.owner = owner;
      request.removeListener("data", push);
      request.removeListener("end", end);
      request.removeListener("close", gone);
    };
    const fail = (error: BrokerError) => {
      settle();
      buffered.holds(0);
      request.resume();
      reject(error);
    };
    const refuse = (error: BrokerError) => {
      refusal ??= error;
      list.clear();
      buffered.holds(0);
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
      list.add(chunk);
      buffered.holds(bytes);
      if (enveloped && !isAnnounced && bytes >= ENVELOPE_BYTES) {
        isAnnounced = true;
        // Small chunks are in one piece.
        expect(lengthInHeader(list.chunks[0] ?? chunk, 0));
      }
    };
    const end = () => {
      if (refusal !== undefined) return fail(refusal);
      settle();
      resolve(Buffer.concat(list.chunks));
    };
    const gone = () => fail(new BrokerError("cancelled", "the caller has gone"));
    context.sweeper.add(limit);
    call.owner = { evicted: refuse };
    request.on("data", push);
    request.once("end", end);
    request.once("close", gone);
    expect(Number(request.headers["content-length"] ?? 0));
  });
}
