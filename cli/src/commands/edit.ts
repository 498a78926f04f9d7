/** `seabird edit`: gives a message of one's own another text. */
import type { Command } from "commander";
import { requireMessages } from "../client/require-extension.ts";
import { checkMessageId } from "./check-ids.ts";
import { collect, contextOf } from "./context.ts";
import { readText, type TagOptions, withText } from "./message-text.ts";
import { showSent } from "./sent.ts";
import {
  conversationOf,
  MESSAGE_IDS,
  type TargetOptions,
  untrackedHint,
  withTarget,
} from "./target.ts";

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
      const { part, tag: tags } = options;
      checkMessageId(id);
      for (const each of part) checkMessageId(each, "--part");
      const conversation = await conversationOf(context, target, options);
      const text = await readText(words);
      const messageIds = [id, ...part];
      const { result } = await context.ask(
        async (clients) => {
          await requireMessages(clients);
          return clients.messages.editMessage({ conversation, messageIds, text, tags });
        },
        untrackedHint(target, options, MESSAGE_IDS),
      );
      showSent(context.output, "edited", result);
    },
  );
}
