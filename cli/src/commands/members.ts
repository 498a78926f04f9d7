/** `seabird members`: the people of a channel. */
import type { Command } from "commander";
import { requireMessages } from "../client/require-extension.ts";
import { checkChannelId } from "./check-ids.ts";
import { contextOf, withConnection } from "./context.ts";
import { untrackedHint } from "./target.ts";

export function addMembers(program: Command): void {
  withConnection(program.command("members"))
    .description("the people of a channel")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .action(async (channelId: string, _options, command: Command) => {
      const context = contextOf(command);
      await checkChannelId(context, channelId);
      const { members: listed, isComplete } = await context.ask(async (clients) => {
        await requireMessages(clients);
        return clients.messages.listMembers({ channelId });
      }, untrackedHint(channelId));
      const members = listed.map(({ user }) => ({
        id: user?.id ?? "",
        name: user?.displayName ?? "",
        account: user?.account ?? "",
        isBot: user?.isBot ?? false,
      }));
      const { output } = context;
      output.result({ members, isComplete }, () => {
        output.table({
          columns: ["USER", "NAME", "ACCOUNT", "BOT"],
          rows: members.map(({ id, name, account, isBot }) => [
            ...[id, name, account || "-"],
            isBot ? "yes" : "-",
          ]),
          empty: "Nobody is known to be there.",
        });
        if (!isComplete) output.remark("There may be more: the network does not list all of them.");
      });
    });
}
