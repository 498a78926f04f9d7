/** Where a command acts: a channel by its id, or with --private a person. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConversationSchema } from "@seabird-chat/protocol";
import { backendId, parseId } from "@seabird-chat/protocol/ids";
import type { Command } from "commander";
import type { RefusedHint } from "../client/clients.ts";
import { collectChannels } from "../client/collect-channels.ts";
import { shellQuote } from "../process/own-command.ts";
import { checkChannelId, checkUserId } from "./check-ids.ts";
import { type Context, withConnection } from "./context.ts";

export interface TargetOptions {
  readonly private?: boolean;
}

/** Adds the argument `target`, and the options `--private`, those of `withConnection`. */
export function withTarget(command: Command): Command {
  return withConnection(command)
    .argument("<target>", "the channel's id, as `seabird channels` shows it; or a person's id")
    .option("--private", "the target is a person");
}

/** The conversation with that target. Throws a CliError for what is no id. */
export async function conversationOf(
  context: Context,
  target: string,
  options: TargetOptions,
): Promise<MessageInitShape<typeof ConversationSchema>> {
  if (options.private === true) {
    checkUserId(target);
    return { where: { case: "userId", value: target } };
  }
  await checkChannelId(context, target);
  return { where: { case: "channelId", value: target } };
}

/**
 * Core asks the backend about channels that it does not know too, such as those of a typing error.
 * `options`: of a command that takes a person too.
 */
export function untrackedHint(
  target: string,
  options?: TargetOptions,
  otherwise?: string,
): RefusedHint {
  return async (clients) => {
    const parsed = options?.private === true ? undefined : parseId(target);
    if (parsed === undefined) return otherwise;
    const backend = backendId(parsed);
    const channels = await collectChannels(clients, backend);
    if (channels.some(({ id }) => parseId(id)?.relative === parsed.relative)) return otherwise;
    const own = shellQuote(backend);
    const person = options === undefined ? "" : "; for a person add --private";
    return `no channel with that id is joined: \`seabird channels ${own}\` lists them${person}`;
  };
}

/** After a refusal to change a message. */
export const MESSAGE_IDS =
  "if the id is wrong: `seabird tail --ids` shows those of messages as they come";
