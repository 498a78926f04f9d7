/** The plugin my-part. Try it in this terminal with `npm start`. */
import { arg, plugin } from "@seabird-chat/sdk";

export const myPart = plugin("my-part");

myPart.command(
  "my-part",
  {
    help: "greets somebody",
    args: { who: arg.rest().optional() },
    examples: ["", "everybody"],
  },
  (ctx, { who }) => ctx.reply(`hello, ${who ?? ctx.user.displayName}!`),
);

myPart.hears(/good (morning|night)/i, (ctx) => ctx.mentionReply(`good ${ctx.match[1]}!`));
