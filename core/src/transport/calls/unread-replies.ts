/** Bounds large replies that their callers have not read yet, in bytes and in time. */
import { BrokerError } from "../../broker/errors.ts";
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";

/**
 * Counts a reply until the returned undo is called, which is idempotent; calls `reset` after
 * `replyTimeoutMs`. Throws `too_many_in_flight` if too many bytes wait already.
 */
export function watchReply(context: ServerContext, bytes: number, reset: () => void): () => void {
  const { limits, state, sweeper } = context;
  if (bytes <= limits.maxPendingWriteBytes) return () => {};
  if (state.unreadReplyBytes + bytes > limits.maxUnreadReplyBytes) {
    const text = `too many bytes of answers that nobody takes, limit ${limits.maxUnreadReplyBytes}`;
    throw new BrokerError("too_many_in_flight", text);
  }
  const endMs = context.clock.now() + limits.replyTimeoutMs;
  const watch = {
    sweepIndex: NOT_SWEPT,
    sweep(nowMs: number) {
      if (nowMs < endMs) return;
      context.log.debug({}, "call reset: its peer does not take the answer");
      undo();
      reset();
    },
  };
  const undo = () => {
    if (sweeper.delete(watch)) state.unreadReplyBytes -= bytes;
  };
  state.unreadReplyBytes += bytes;
  sweeper.add(watch);
  return undo;
}
