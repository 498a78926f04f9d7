/** `ping`: shows that everything between a person and a plugin works. */
import { plugin } from "@seabird-chat/sdk";

export const ping = plugin("ping");
ping.command("ping", "answers pong", (ctx) => ctx.mentionReply("pong"));
