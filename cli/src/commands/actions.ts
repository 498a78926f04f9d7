/** The commands that change a channel: join, leave, topic. */
import type { Command } from "commander";
import { type Context, contextOf, withConnection } from "./context.ts";

export function addActions(program: Command): void {
  withConnection(program.command("join"))
    .description("join a channel")
    .argument("<backend>", "the backend's id, as irc://seabird")
    .argument("<name>", "the channel's name on its network, as #seabird")
    .action((backendId: string, channelName: string, _options, command: Command) =>
      perform(contextOf(command), `joined ${channelName}`, ({ seabird }) =>
        seabird.joinChannel({ backendId, channelName }),
      ),
    );
  withConnection(program.command("leave"))
    .description("leave a channel")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[message...]", "a parting message")
    .action((channelId: string, message: string[], _options, command: Command) =>
      perform(contextOf(command), `left ${channelId}`, ({ seabird }) =>
        seabird.leaveChannel({ channelId, exitMessage: message.join(" ") }),
      ),
    );
  addTopic(program);
}

function addTopic(program: Command): void {
  withConnection(program.command("topic"))
    .description("show a channel's topic, or set it")
    .argument("<channel>", "its id, as `seabird channels` shows it")
    .argument("[topic...]", "the new topic")
    .option("--clear", "set an empty topic")
    .action(
      (channelId: string, words: string[], options: { clear?: boolean }, command: Command) => {
        const context = contextOf(command);
        if (words.length === 0 && options.clear !== true) return showTopic(context, channelId);
        return perform(context, "topic set", ({ seabird }) =>
          seabird.updateChannelInfo({ channelId, topic: words.join(" ") }),
        );
      },
    );
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
  work: Parameters<Context["ask"]>[0],
): Promise<void> {
  await ask(work);
  output.result({ ok: true }, () => output.remark(done));
}
