/** `seabird delete`: deletes messages. */
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { requireMessages } from "../client/require-extension.ts";
import { CliError } from "../process/cli-error.ts";
import { safeText } from "../terminal/safe-text.ts";
import { checkMessageId } from "./check-ids.ts";
import { contextOf } from "./context.ts";
import { type TagOptions, withTags } from "./message-text.ts";
import {
  conversationOf,
  MESSAGE_IDS,
  type TargetOptions,
  untrackedHint,
  withTarget,
} from "./target.ts";

interface DeleteOptions extends TargetOptions, TagOptions {
  readonly reason: string;
}

export function addDelete(program: Command): void {
  withTags(withTarget(program.command("delete")))
    .description("delete messages; exit code 1 if one of them stays")
    .argument("<id...>", "their ids, as `seabird send` prints and `seabird tail --ids` shows them")
    .option("--reason <text>", "why, for networks that show it", "")
    .action(
      async (target: string, messageIds: string[], options: DeleteOptions, command: Command) => {
        const context = contextOf(command);
        for (const id of messageIds) checkMessageId(id);
        const conversation = await conversationOf(context, target, options);
        const { reason, tag: tags } = options;
        const { failed } = await context.ask(
          async (clients) => {
            await requireMessages(clients);
            return clients.messages.deleteMessages({ conversation, messageIds, reason, tags });
          },
          untrackedHint(target, options, MESSAGE_IDS),
        );
        const deleted = [...new Set(messageIds)].filter((id) => !Object.hasOwn(failed, id));
        const left = Object.entries(failed).map(([id, why]) => safeText(`${id} (${why})`));
        if (left.length > 0) {
          const what = `not deleted: ${left.join(", ")}`;
          throw new CliError(EXIT.failed, what, MESSAGE_IDS, { deleted, failed });
        }
        const { output } = context;
        output.result({ ok: true, deleted }, () => output.remark("deleted"));
      },
    );
}
