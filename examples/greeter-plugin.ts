/**
 * The smallest plugin: answers `!hello`, and greets back.
 *
 * Run: SEABIRD_TOKEN=… node examples/greeter-plugin.ts
 */
import { bold, text } from "@seabird/protocol";
import { connectPlugin } from "@seabird/sdk";

await using plugin = connectPlugin({ commands: { hello: { shortHelp: "greets you" } } });

for await (const event of plugin.events()) {
  if (event.kind === "command" && event.command === "hello") {
    await plugin.mentionReply(event, "hi!");
  } else if (event.kind === "message" && /good morning/i.test(event.text)) {
    await plugin.reply(event, text`good morning, ${bold(event.user.displayName)}`);
  }
}
