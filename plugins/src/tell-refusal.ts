/** A command that core or a network refuses is answered with their words. */
import { type Context, type EventKind, SeabirdError } from "@seabird/sdk";

/** For `plugin.catch`. Other errors are faults of ours, and their words are the log's. */
export async function tellRefusal(reason: unknown, ctx: Context<EventKind>): Promise<void> {
  if (!(reason instanceof SeabirdError) || !("mentionReply" in ctx)) {
    ctx.log.error(reason, "a handler failed");
    return;
  }
  await ctx.mentionReply(`that did not work: ${reason.message}`);
}
