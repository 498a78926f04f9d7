/**
 * The first bot: answers `!hello`, hears a greeting, and waves back.
 *
 * Run: npx --no-install seabird plugin ./hello.ts --watch
 */
import { bold, plugin, text } from "@seabird-chat/sdk";

export const hello = plugin("hello");
hello.command("hello", "greets you", (ctx) => ctx.mentionReply("hi!"));
hello.hears(/good (morning|night)/i, (ctx) =>
  ctx.reply(text`good ${ctx.match[1]}, ${bold(ctx.user.displayName)}`),
);
hello.on("action", (ctx) => ctx.action("waves back"));
