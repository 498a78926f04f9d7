/**
 * A poll that counts reactions: it edits its own message, or says the score where none can be edited.
 *
 * Run: npx --no-install seabird plugin ./poll.ts
 */
import { arg, bold, plugin, type SentMessage, text } from "@seabird-chat/sdk";

const MAX_POLLS = 100;
/** Who voted for what, by the id of the poll's message. */
const polls = new Map<string, { question: string; sent: SentMessage; votes: Set<string> }>();

export const poll = plugin("poll");
poll.command(
  "poll",
  { help: "asks everybody", args: { question: arg.rest() }, where: "channel" },
  async (ctx, { question }) => {
    if (!(await ctx.can("reaction"))) {
      await ctx.mentionReply(`${ctx.backend.id} does not tell me of reactions, so nobody can vote`);
      return;
    }
    const sent = await ctx.reply(text`${bold(question)} React to vote.`);
    for (const id of sent.ids.slice(0, 1)) polls.set(id, { question, sent, votes: new Set() });
    for (const id of [...polls.keys()].slice(0, -MAX_POLLS)) polls.delete(id);
  },
);
poll.on("reaction", async (ctx) => {
  const asked = polls.get(ctx.messageId);
  if (asked === undefined) return;
  const { question, sent, votes } = asked;
  votes[ctx.removed ? "delete" : "add"](`${ctx.emoji.text} ${ctx.user.id}`);
  const counts = Map.groupBy(votes, (vote) => vote.slice(0, vote.indexOf(" ")));
  const score = [...counts].map(([emoji, by]) => `${emoji} ${by.length}`).join(", ");
  const content = text`${bold(question)} ${score || "Nobody yet."}`;
  if (sent.canEdit) await sent.edit(content);
  else await ctx.reply(content);
});
