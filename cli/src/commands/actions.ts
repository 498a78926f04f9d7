/** The commands that change a channel: join, leave, topic. */
import { parseBackendId, parseId } from "@seabird-chat/protocol/ids";
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import type { RefusedHint } from "../client/clients.ts";
import { CliError } from "../process/cli-error.ts";
import { shellQuote } from "../process/own-command.ts";
import { safeText } from "../terminal/safe-text.ts";
import { checkBackendId, checkChannelId, checkNotEmpty } from "./check-ids.ts";
import { type Context, contextOf, withConnection } from "./context.ts";
import { untrackedHint } from "./target.ts";

export function addActions(program: Command): void {
  withConnection(program.command("join"))
    .description("join a channel")
    .argument("<backend>", "the backend's id, as irc://seabird")
    .argument("<name>", "the channel's name on its network, as '#seabird' (in quotes)")
    .action(async (backendId: string, channelName: string, _options, command: Command) => {
      const context = contextOf(command);
      checkNotEmpty(channelName, "the channel's name", "give it as its network writes it");
      await checkBackendId(context, backendId);
      // A network may have addresses for names.
      const inside = parseId(channelName);
      const isInside = inside !== undefined && parseBackendId(backendId)?.type === inside.type;
      if (isInside) {
        const next = `give its name alone: ${shellQuote(inside.relative)}`;
        throw new CliError(EXIT.usage, `${JSON.stringify(channelName)} is an id`, next);
      }
      await perform(context, `joined ${channelName}`, {
        work: ({ seabird }) => seabird.joinChannel({ backendId, channelName }),
        onRefused: async () => ircNameHint(backendId, channelName),
      });
    });
  withConnection(program.command("leave"))
    .description("leave a channel")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[message...]", "a parting message")
    .action(async (channelId: string, message: string[], _options, command: Command) => {
      const context = contextOf(command);
      await checkChannelId(context, channelId);
      await perform(context, `left ${channelId}`, {
        work: ({ seabird }) => seabird.leaveChannel({ channelId, exitMessage: message.join(" ") }),
        onRefused: untrackedHint(channelId),
      });
    });
  addTopic(program);
}

/** The first letter of a channel's name, by RFC 2811; a network has some of them. */
const IRC_CHANNEL = /^[#&+!]/;

function ircNameHint(backendId: string, channelName: string): string | undefined {
  if (parseBackendId(backendId)?.type !== "irc" || IRC_CHANNEL.test(channelName)) return undefined;
  const name = shellQuote(`#${channelName}`);
  return `names of channels on IRC begin with #, in quotes for the shell: \`seabird join ${shellQuote(backendId)} ${name}\``;
}

interface TopicOptions {
  readonly clear?: boolean;
}

function addTopic(program: Command): void {
  withConnection(program.command("topic"))
    .description("show a channel's topic, or set it")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[topic...]", "the new topic")
    .option("--clear", "set an empty topic")
    .action(async (channelId: string, words: string[], options: TopicOptions, command: Command) => {
      const context = contextOf(command);
      const { clear = false } = options;
      const topic = words.join(" ");
      if (words.length > 0 && topic === "" && !clear) {
        throw new CliError(EXIT.usage, "the topic is empty", "--clear sets an empty one");
      }
      if (topic !== "" && clear) {
        throw new CliError(EXIT.usage, "--clear with a topic", "give one of the two");
      }
      await checkChannelId(context, channelId);
      if (words.length === 0 && !clear) return showTopic(context, channelId);
      await perform(context, "topic set", {
        work: ({ seabird }) => seabird.updateChannelInfo({ channelId, topic }),
        onRefused: untrackedHint(channelId),
      });
    });
}

async function showTopic({ output, ask }: Context, channelId: string): Promise<void> {
  const { channel } = await ask(({ seabird }) => seabird.getChannelInfo({ channelId }));
  const plain = {
    id: channel?.id ?? channelId,
    name: channel?.displayName ?? "",
    topic: channel?.topic ?? "",
  };
  output.result(plain, () =>
    output.pairs([
      ["channel", plain.id],
      ["name", plain.name],
      ["topic", plain.topic],
    ]),
  );
}

async function perform(
  { output, ask }: Context,
  done: string,
  { work, onRefused }: Change,
): Promise<void> {
  await ask(work, onRefused);
  output.result({ ok: true }, () => output.remark(safeText(done)));
}

interface Change {
  readonly work: Parameters<Context["ask"]>[0];
  readonly onRefused: RefusedHint;
}
