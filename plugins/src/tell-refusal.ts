/** A command that core or a network refuses is answered with their words. */
import { type Context, type EventKind, SeabirdError } from "@seabird-chat/sdk";

/** For `plugin.catch`. Other errors are faults of ours, and told in the SDK's way. */
export async function tellRefusal(reason: unknown, ctx: Context<EventKind>): Promise<void> {
  if (!(reason instanceof SeabirdError) || !("mentionReply" in ctx)) throw reason;
  await ctx.mentionReply(`that did not work: ${reason.message}`);
}
