/** `seabird react`: reacts to a message with an emoji, or takes that back. */
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { requireMessages } from "../client/require-extension.ts";
import { CliError } from "../process/cli-error.ts";
import { checkMessageId, checkNotEmpty } from "./check-ids.ts";
import { contextOf } from "./context.ts";
import { type TagOptions, withTags } from "./message-text.ts";
import {
  conversationOf,
  MESSAGE_IDS,
  type TargetOptions,
  untrackedHint,
  withTarget,
} from "./target.ts";

interface ReactOptions extends TargetOptions, TagOptions {
  readonly remove?: boolean;
  readonly emojiId?: string;
}

export function addReact(program: Command): void {
  withTags(withTarget(program.command("react")))
    .description("react to a message, or take a reaction back")
    .argument("<id>", "the message's id, as `seabird tail --ids` shows it")
    .argument("[emoji]", "as 👍, or :name: for one of the network's own")
    .option("--remove", "take it back; without an emoji all reactions of one's own")
    .option("--emoji-id <id>", "the network's id of an emoji of its own")
    .action(
      async (
        target: string,
        messageId: string,
        text: string | undefined,
        options: ReactOptions,
        command: Command,
      ) => {
        const { remove: removed = false, emojiId: id, tag: tags } = options;
        const next = "give one, as 👍; --remove without one takes all reactions back";
        // Core would take an empty one for all.
        checkNotEmpty(text, "the emoji", next);
        checkNotEmpty(id, "--emoji-id", next);
        checkMessageId(messageId);
        const isOne = text !== undefined || id !== undefined;
        if (!isOne && !removed) throw new CliError(EXIT.usage, "no emoji", next);
        const context = contextOf(command);
        const conversation = await conversationOf(context, target, options);
        const emoji = isOne ? { emoji: { text: text ?? "", id: id ?? "" } } : {};
        await context.ask(
          async (clients) => {
            await requireMessages(clients);
            return clients.messages.react({ conversation, messageId, removed, tags, ...emoji });
          },
          untrackedHint(target, options, MESSAGE_IDS),
        );
        const { output } = context;
        output.result({ ok: true }, () => output.remark(removed ? "taken back" : "reacted"));
      },
    );
}
