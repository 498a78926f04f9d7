/**
 * A poll that counts reactions: it edits its own message, or says the score where none can be edited.
 *
 * Run: npx --no-install seabird plugin ./poll.ts
 */
import { arg, bold, fail, plugin, type SentMessage, text } from "@seabird-chat/sdk";

const polls = new Map<string, { question: string; sent: SentMessage; votes: Set<string> }>();
const spec = { help: "asks", args: { question: arg.rest() }, where: "channel" } as const;
export const poll = plugin("poll");
poll.command("poll", spec, async (ctx, { question }) => {
  const why = `${ctx.backend.id} does not tell me of reactions, so nobody can vote`;
  if (!(await ctx.can("reaction"))) fail(why);
  const sent = await ctx.reply(text`${bold(question)} React to vote.`);
  polls.set(`${sent.channelId} ${sent.ids[0]}`, { question, sent, votes: new Set() });
  if (polls.size > 100) polls.delete([...polls.keys()][0] ?? "");
});
poll.on("reaction", async (ctx) => {
  const asked = polls.get(`${ctx.channel?.id} ${ctx.messageId}`);
  if (asked === undefined) return;
  asked.votes[ctx.removed ? "delete" : "add"](`${ctx.emoji.text} ${ctx.user.id}`);
  const counts = Map.groupBy(asked.votes, (vote) => vote.slice(0, vote.indexOf(" ")));
  const score = [...counts].map(([emoji, by]) => `${emoji} ${by.length}`).join(", ");
  const content = text`${bold(asked.question)} ${score || "Nobody yet."}`;
  await (asked.sent.canEdit ? asked.sent.edit(content) : ctx.reply(content));
});
