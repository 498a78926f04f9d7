/** `seabird unignore`: plugins listen again to a user whom they ignore because of a loop. */

import { formatRoughDuration } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { askRun } from "../supervise/control-client.ts";
import type { ComponentStatus, UnignoreResult } from "../supervise/control-protocol.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, contextOf, withJson } from "./context.ts";

export function addUnignore(program: Command): void {
  withJson(program.command("unignore"))
    .description("make plugins listen again to a user whom they ignore because of a loop")
    .argument("<user>", "an id as `seabird ps` shows it (irc://libera/bot), or a name (bot)")
    .action(async (user: string, _options, command: Command) => unignore(contextOf(command), user));
}

async function unignore({ output }: Context, user: string): Promise<void> {
  const result = (await askRun({ do: "unignore", user })) as UnignoreResult;
  output.result(result, () => {
    for (const { plugin, userId, channelId } of result.ended) {
      output.line(safeText(`${plugin} listens to ${userId} again, ${whereWords(channelId)}`));
    }
  });
}

/** One line for each user whom the component's plugins ignore. */
export function ignoredLines({ ignored = [] }: ComponentStatus, nowMs: number): readonly string[] {
  return ignored.map(({ plugin, userId, channelId, untilMs }) => {
    const left = formatRoughDuration(Math.max(0, untilMs - nowMs));
    return safeText(
      `${plugin} ignores ${userId} ${whereWords(channelId)} for another ${left}: it was in a loop`,
    );
  });
}

function whereWords(channelId: string): string {
  return channelId === "" ? "in private" : `in ${channelId}`;
}
