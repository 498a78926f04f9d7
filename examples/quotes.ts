/**
 * What a plugin can do with messages: answer, react, edit, delete, send files, mention.
 *
 * Run: npx --no-install seabird plugin ./quotes.ts --watch
 */
import { arg, attachment, bold, fail, mention, plugin, text } from "@seabird-chat/sdk";

const CAT = "https://cats.example.org/cat.jpg";
const kept = new Set<string>();
const isMine = async (id: string): Promise<boolean> => kept.has(id);

export const quotes = plugin("quotes");
quotes.command("grab", "keeps what was said", async (ctx) => {
  const said = ctx.message.replyTo ?? fail("answer a message with !grab");
  await ctx.react("📌");
  const sent = await ctx.reply(text`kept: ${said.text}`, { replyTo: true });
  if (sent.canEdit) await sent.edit(text`kept: ${said.text} (${bold("1")} so far)`);
  for (const id of sent.ids) kept.add(id);
});
quotes.on("reaction", async (ctx) => {
  if (ctx.emoji.text === "🗑️" && (await isMine(ctx.messageId))) await ctx.deleteMessage("asked for");
});
quotes.on("messageEdited", (ctx) => ctx.log.info({ id: ctx.message.id }, ctx.text));
quotes.command("cat", "a picture", (ctx) =>
  ctx.reply(attachment({ url: CAT, name: "cat.jpg", description: "a cat" })),
);
quotes.command("hug", { args: { who: arg.user() } }, (ctx, { who }) =>
  ctx.action(text`hugs ${mention(who)}`),
);
