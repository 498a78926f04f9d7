/** Bounds replies that their callers have not read yet, in time; the account has their bytes. */
import { NOT_SWEPT } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";

/** Calls `reset` after `replyTimeoutMs`, unless the returned undo is called, which is idempotent. */
export function watchReply(context: ServerContext, reset: () => void): () => void {
  const { limits, sweeper, clock, log } = context;
  const endMs = clock.now() + limits.replyTimeoutMs;
  const watch = {
    sweepIndex: NOT_SWEPT,
    sweep(nowMs: number) {
      if (nowMs < endMs) return;
      log.debug({}, "call reset: its peer does not take the answer");
      sweeper.delete(watch);
      reset();
    },
  };
  sweeper.add(watch);
  return () => sweeper.delete(watch);
}
