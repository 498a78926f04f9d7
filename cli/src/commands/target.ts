/** Where a command acts: a channel by its id, or with --private a person. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConversationSchema } from "@seabird-chat/protocol";
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { lastSegment } from "../client/event-line.ts";
import { CliError } from "../process/cli-error.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, withConnection } from "./context.ts";
import { collectChannels } from "./lists.ts";

export interface TargetOptions {
  readonly private?: boolean;
}

/** Adds the argument `target`, and the options `--private`, those of `withConnection`. */
export function withTarget(command: Command): Command {
  return withConnection(command)
    .argument("<target>", "the channel's id, as `seabird channels` shows it; or a person's id")
    .option("--private", "the target is a person");
}

/** The conversation with that target. Throws a CliError with the ids there are for a mere name. */
export async function conversationOf(
  context: Context,
  target: string,
  options: TargetOptions,
): Promise<MessageInitShape<typeof ConversationSchema>> {
  if (options.private === true) return { where: { case: "userId", value: target } };
  await refuseBareName(context, target);
  return { where: { case: "channelId", value: target } };
}

/** Ids in a hint; `seabird channels` lists them all. */
const MAX_HINTED_IDS = 5;

/** A channel's name alone may be that of several: throws a CliError with the ids there are. */
export async function refuseBareName({ ask }: Context, target: string): Promise<void> {
  if (target.includes("://")) return;
  const channels = await ask((clients) => collectChannels(clients));
  const named = channels.filter(({ id }) => lastSegment(id) === target);
  const ids = (named.length > 0 ? named : channels).slice(0, MAX_HINTED_IDS).map(({ id }) => id);
  const next =
    ids.length > 0
      ? `use an id: ${ids.map((id) => safeText(`'${id}'`)).join(", ")}; \`seabird channels\` lists all`
      : "no channel is joined; `seabird channels` lists them";
  throw new CliError(EXIT.usage, `${JSON.stringify(target)} is no channel's id`, next);
}
