/** Answers a command that core or a network refuses with the reason. */
import { type Context, type EventKind, SeabirdError } from "@seabird-chat/sdk";

/** For `plugin.catch`. Other errors are bugs and get the SDK's default. */
export async function replyRefusal(reason: unknown, ctx: Context<EventKind>): Promise<void> {
  if (!(reason instanceof SeabirdError) || !("mentionReply" in ctx)) throw reason;
  await ctx.mentionReply(`that did not work: ${reason.message}`);
}
