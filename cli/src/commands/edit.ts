/** `seabird edit`: gives a message of one's own another text. */
import type { Command } from "commander";
import { requireMessages } from "../client/require-messages.ts";
import { collect, contextOf } from "./context.ts";
import { readText, type TagOptions, withText } from "./message-text.ts";
import { showSent } from "./sent.ts";
import { conversationOf, type TargetOptions, withTarget } from "./target.ts";

interface EditOptions extends TargetOptions, TagOptions {
  readonly part: readonly string[];
}

export function addEdit(program: Command): void {
  const command = withTarget(program.command("edit"))
    .description("replace the text of a message; prints the ids that it has then")
    .argument("<id>", "its id, as `seabird send` prints it")
    .option("--part <id>", "the id of a further part of the same message; repeatable", collect, []);
  withText(command).action(
    async (target: string, id: string, words: string[], options: EditOptions, own: Command) => {
      const context = contextOf(own);
      const text = await readText(words);
      const conversation = await conversationOf(context, target, options);
      const { result } = await context.ask(async (clients) => {
        await requireMessages(clients);
        const messageIds = [id, ...options.part];
        return clients.messages.editMessage({ conversation, messageIds, text, tags: options.tag });
      });
      showSent(context.output, "edited", result);
    },
  );
}
