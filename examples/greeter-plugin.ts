/**
 * The smallest plugin: answers `!hello`, and greets back.
 *
 * Run: SEABIRD_TOKEN=… node examples/greeter-plugin.ts
 */
import { bold, text } from "@seabird-chat/protocol";
import { connectPlugin } from "@seabird-chat/sdk";

await using plugin = connectPlugin({ commands: { hello: { shortHelp: "greets you" } } });

// A network may be away for a while: say so, and go on.
const report = (error: unknown) => console.error(String(error));

for await (const event of plugin.events()) {
  if (event.kind === "command" && event.command === "hello") {
    await plugin.mentionReply(event, "hi!").catch(report);
  } else if (event.kind === "message" && /good morning/i.test(event.text)) {
    await plugin.reply(event, text`good morning, ${bold(event.user.displayName)}`).catch(report);
  }
}
