/** The plugin my-plugin. Try it in this terminal with `npm start`. */
import { arg, plugin } from "@seabird-chat/sdk";

export const myPlugin = plugin("my-plugin");

myPlugin.command(
  "my-plugin",
  {
    help: "greets somebody",
    args: { who: arg.rest().optional() },
    examples: ["", "everybody"],
  },
  (ctx, { who }) => ctx.reply(`hello, ${who ?? ctx.user.displayName}!`),
);

myPlugin.hears(/good (morning|night)/i, (ctx) => ctx.mentionReply(`good ${ctx.match[1]}!`));
